/** Markup that is escaped where it is made: names of jobs, runners and namespaces are written by strangers. */

/** No value of a request can pass for one: the key is of this module alone. */
const MARKUP = Symbol('markup');

export interface Html {
  readonly [MARKUP]: string;
}

type Part = string | number | null | Html | readonly Html[];

/** Each value is escaped, for text and for attributes in double quotes; null is nothing, and markup stays what it is. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = texts.raw[0] ?? '';
  for (const [index, part] of parts.entries()) markup += markupOf(part) + (texts.raw[index + 1] ?? '');
  return { [MARKUP]: markup };
}

/** The text that is sent. */
export function textOf(markup: Html): string {
  return markup[MARKUP];
}

function markupOf(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return MARKUP in part ? part[MARKUP] : part.map(textOf).join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** Text of users on Kubernetes objects. */

/** Longest value of a label. */
const MAX_LABEL = 63;
/** Long enough for every name that a person reads; all annotations of an object together may have 256 KiB. */
const MAX_ANNOTATION = 256;

/**
 * `text` as the value of a label: letters, digits, `-`, `_` and `.`, at most 63 of them, a letter or digit first and last.
 * Null when nothing is left. Source: apimachinery, `IsValidLabelValue`.
 */
export function labelValue(text: string): string | null {
  const safe = text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[._-]+/, '');
  const value = safe.slice(0, MAX_LABEL).replace(/[._-]+$/, '');
  return value === '' ? null : value;
}

/** `text` for an annotation: well-formed Unicode without control characters, at most 256 characters. Null when nothing is left. */
export function annotationValue(text: string): string | null {
  const clean = text
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  const value = clean.length <= MAX_ANNOTATION ? clean : Array.from(clean).slice(0, MAX_ANNOTATION).join('');
  return value === '' ? null : value;
}

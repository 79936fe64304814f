/**
 * What a runner makes of a step's output: an add-mask at the beginning of a line hides its text literally, and is itself not shown. Which
 * text that is depends on who reads the line.
 */

/** The text that a line hides; null when it is no add-mask for that reader. */
type Reading = (line: string) => string | null;

type Escape = readonly [escaped: string, text: string];
const PERCENT: Escape = ['%25', '%'];
const RETURN: Escape = ['%0D', '\r'];
const NEWLINE: Escape = ['%0A', '\n'];

function replacing(...escapes: readonly Escape[]): (text: string) => string {
  return (text) => escapes.reduce((done, [escaped, plain]) => done.replaceAll(escaped, plain), text);
}

/** The log that Forgejo shows: internal/pkg/report/reporter.go of forgejo-runner 11 and 12, and measured with 12.8. */
function readAsReport(line: string): string | null {
  return /^::add-mask(?: .*)?::(.*)$/.exec(line)?.[1] ?? null;
}

/** The runner's own log, at log.level debug: act/runner/command.go. Its command may have colons, and goes up to the last `::`. */
function readAsAct(unescape: (text: string) => string): Reading {
  return (line) => {
    const [, command, text] = /^::([^ ]+)(?: .+)?::([^\r\n]*)$/.exec(line) ?? [];
    return command === 'add-mask' && text !== undefined ? unescape(text) : null;
  };
}

/** In Go a map has no order, so that each of these is met. */
const IN_ONE_PASS: Readonly<Record<string, string>> = Object.fromEntries([PERCENT, RETURN, NEWLINE]);

export const READERS: readonly { readonly reader: string; readonly read: Reading }[] = [
  { reader: 'the log in Forgejo', read: readAsReport },
  { reader: "the runner's own log, %25 first", read: readAsAct(replacing(PERCENT, NEWLINE, RETURN)) },
  { reader: "the runner's own log, %25 last", read: readAsAct(replacing(NEWLINE, RETURN, PERCENT)) },
  {
    reader: "the log of Gitea's runner",
    read: readAsAct((text) => text.replaceAll(/%25|%0D|%0A/g, (escaped) => IN_ONE_PASS[escaped] ?? '')),
  },
];

/** All masks over all lines: a report comes later than the commands of the same moment. Forgejo's takes the longest first, so does this. */
export function maskedLog(raw: string, read: Reading = readAsReport): string {
  const masks: string[] = [];
  const shown = raw.split('\n').map((line) => {
    const mask = read(line);
    if (mask !== null && mask !== '') masks.push(mask);
    return mask === null ? line : '***';
  });
  return masks.toSorted((a, b) => b.length - a.length).reduce((text, mask) => text.replaceAll(mask, '***'), shown.join('\n'));
}

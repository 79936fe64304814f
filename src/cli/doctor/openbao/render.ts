/** Findings as a person reads them, and as a script does; the same form as that of `doctor`. */
import { counted } from '../../input/printable.ts';
import type { BaoFinding, Level } from './finding.ts';
import type { BaoTarget } from './gather.ts';

type Subject = Pick<BaoTarget, 'address' | 'mount' | 'namespace'>;

const WORDS: Readonly<Record<Level, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };
const INDENT = ' '.repeat(6);

export function renderText(target: Subject, findings: readonly BaoFinding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const blocks = findings.flatMap(({ level, check, subject, found, means, fix }) => [
    `${WORDS[level]}  ${check.padEnd(width)}  ${subject}: ${found}`,
    ...(means === undefined ? [] : [`${INDENT}means: ${means}`]),
    ...(fix === undefined ? [] : [`${INDENT}fix: ${fix}`]),
  ]);
  const { ok, warn, fail } = counts(findings);
  const head = `${target.address}, mount ${target.mount}${target.namespace === null ? '' : `, namespace ${target.namespace}`}`;
  return [head, '', ...blocks, '', `${ok} ok, ${counted(warn, 'warning')}, ${counted(fail, 'failure')}`, ''].join('\n');
}

export function renderJson({ address, mount, namespace }: Subject, findings: readonly BaoFinding[]): string {
  return `${JSON.stringify({ address, mount, namespace, counts: counts(findings), findings }, null, 2)}\n`;
}

function counts(findings: readonly BaoFinding[]): Readonly<Record<Level, number>> {
  const of = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  return { ok: of('ok'), warn: of('warn'), fail: of('fail') };
}

/** Findings as a person reads them, and as a script does. */

import { scopeText } from '../../api/scope.ts';
import { counted } from '../input/printable.ts';
import type { Finding, Level } from './finding.ts';
import type { Target } from './target.ts';

type Subject = Pick<Target, 'url' | 'scope'>;

const WORDS: Readonly<Record<Level, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };
const INDENT = ' '.repeat(6);

export function renderText(subject: Subject, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const blocks = findings.flatMap(({ level, check, found, means, fix }) => [
    `${WORDS[level]}  ${check.padEnd(width)}  ${found}`,
    ...(means === undefined ? [] : [`${INDENT}means: ${means}`]),
    ...(fix === undefined ? [] : [`${INDENT}fix: ${fix}`]),
  ]);
  return [`${subject.url}, scope ${scopeText(subject.scope)}`, '', ...blocks, '', summary(findings), ''].join('\n');
}

export function renderJson({ url, scope }: Subject, findings: readonly Finding[]): string {
  return `${JSON.stringify({ url, scope: scopeText(scope), counts: counts(findings), findings }, null, 2)}\n`;
}

function counts(findings: readonly Finding[]): Readonly<Record<Level, number>> {
  const of = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  return { ok: of('ok'), warn: of('warn'), fail: of('fail') };
}

function summary(findings: readonly Finding[]): string {
  const { ok, warn, fail } = counts(findings);
  return `${ok} ok, ${counted(warn, 'warning')}, ${counted(fail, 'failure')}`;
}

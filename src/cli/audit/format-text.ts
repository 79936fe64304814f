import { plainText } from '../manifests/plain-text.ts';
import type { AuditReport, ReportedFinding } from './report.ts';

/** For people and for editors that jump to `file:line`. */
export function formatText({ files, counts, findings }: AuditReport): string {
  const read = plural(files, 'file');
  if (findings.length === 0) return `Nothing found in ${read}.\n`;
  const total = `${plural(findings.length, 'finding')} in ${read}: ${plural(counts.error, 'error')}, ${plural(counts.warning, 'warning')}, ${plural(counts.note, 'note')}.`;
  return `${findings.map(formatFinding).join('')}${total}\n`;
}

function formatFinding({ file, line, severity, rule, object, message, fix, docs }: ReportedFinding): string {
  return `${plainText(file)}:${line}: ${severity} ${rule}: ${object === null ? '' : `${object}: `}${message}\n    fix: ${fix}\n    see: ${docs}\n`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

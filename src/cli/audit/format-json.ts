import type { AuditReport } from './report.ts';

/** `version` goes up when a field goes or changes its meaning. */
export function formatJson(report: AuditReport): string {
  return `${JSON.stringify({ version: 1, ...report }, null, 2)}\n`;
}

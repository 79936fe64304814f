/** Findings with all that a reader needs: what they are counted by, their fix, where more is said. */
import type { AuditFinding } from './finding.ts';
import { AUDIT_RULES, pageOf, type RuleId, type Severity } from './rules.ts';

export type FailOn = 'error' | 'warning' | 'never';

export interface ReportedFinding extends AuditFinding {
  readonly severity: Severity;
  readonly fix: string;
  readonly docs: string;
}

export interface AuditReport {
  readonly files: number;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly findings: readonly ReportedFinding[];
}

export function reportOf(files: number, findings: readonly AuditFinding[]): AuditReport {
  const reported = findings.map((finding) => ({ ...finding, ...saidBy(finding.rule) }));
  const count = (severity: Severity): number => reported.filter((finding) => finding.severity === severity).length;
  return { files, counts: { error: count('error'), warning: count('warning'), note: count('note') }, findings: reported };
}

function saidBy(rule: RuleId): Pick<ReportedFinding, 'severity' | 'fix' | 'docs'> {
  const { severity, fix } = AUDIT_RULES[rule];
  return { severity, fix, docs: pageOf(rule) };
}

export function fails({ counts }: AuditReport, failOn: FailOn): boolean {
  if (failOn === 'never') return false;
  return counts.error > 0 || (failOn === 'warning' && counts.warning > 0);
}

import { plainText } from '../manifests/plain-text.ts';
import type { RuleId } from './rules.ts';

export interface AuditFinding {
  readonly rule: RuleId;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** `Deployment ci/forgejo-runner`; null in what is no object. */
  readonly object: string | null;
  /** What was found at this place; holds no value that may be a secret. */
  readonly message: string;
}

/** Where findings are made: everything of a finding but what was found. */
export interface Place {
  readonly file: string;
  readonly object: string | null;
}

/** A message may quote a name or an image of somebody else's. */
export function findingAt(place: Place, rule: RuleId, line: number, message: string): AuditFinding {
  return { rule, ...place, line, message: plainText(message) };
}

/** What `doctor --openbao` says of one thing that it looked at; the same words as those of `doctor`. */

/** `warn`: it takes a second mistake to do harm, or costs an afternoon; `fail`: it lets somebody in, or keeps everybody out. */
export type Level = 'ok' | 'warn' | 'fail';

export interface BaoFinding {
  /** Id of a rule, or what was read; docs/doctor-openbao.md tells each. */
  readonly check: string;
  readonly level: Level;
  /** `mount forgejo`, `role ci-app`, `policy ci-app`, `entity acme/app`. */
  readonly subject: string;
  /** What was seen, one sentence. */
  readonly found: string;
  /** What somebody gets by it, or what fails. */
  readonly means?: string;
  /** What to do, mostly a command. */
  readonly fix?: string;
}

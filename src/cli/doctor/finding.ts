/** What `doctor` says of one thing that it looked at. */

/** `warn`: it works, and will cost somebody an afternoon; `fail`: pools do not work with it. */
export type Level = 'ok' | 'warn' | 'fail';

/** Names that scripts may rely on; docs/cli.md tells each. */
export type CheckId =
  | 'proxy-variables'
  | 'dns'
  | 'address'
  | 'reachable'
  | 'version'
  | 'clock'
  | 'actions'
  | 'token-form'
  | 'token'
  | 'read-registrations'
  | 'read-jobs'
  | 'write-registrations'
  | 'token-width'
  | 'repositories'
  | 'list-count'
  | 'jobs'
  | 'strays'
  | 'oidc'
  | 'oidc-keys'
  | 'pool-spec'
  | 'write-test'
  | 'sweep';

export interface Finding {
  readonly check: CheckId;
  readonly level: Level;
  /** What was seen, one sentence. */
  readonly found: string;
  /** What follows from it. */
  readonly means?: string;
  /** What to do. */
  readonly fix?: string;
}

export function ok(check: CheckId, found: string): Finding {
  return { check, level: 'ok', found };
}

export function warn(check: CheckId, found: string, means: string, fix: string): Finding {
  return { check, level: 'warn', found, means, fix };
}

export function fail(check: CheckId, found: string, means: string, fix: string): Finding {
  return { check, level: 'fail', found, means, fix };
}

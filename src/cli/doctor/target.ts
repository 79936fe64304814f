/** Whom `doctor` examines, with what is known beside. */
import type { Scope } from '../../api/scope.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { Validated } from '../../api/validate.ts';

/** A pool of the cluster, as far as it matters which jobs it takes. */
export interface KnownPool {
  /** `namespace/name`. */
  readonly name: string;
  readonly spec: RunnerPoolSpec;
}

export interface Target {
  /** Without a trailing slash. */
  readonly url: string;
  readonly scope: Scope;
  readonly token: string;
  /** PEM bundle. */
  readonly ca?: string;
  /** The pool of `--pool`, and what its spec was found to be. */
  readonly pool: { readonly name: string; readonly validated: Validated } | null;
  /** All valid pools of `--pool` and `--pools`: one that is refused takes no job. Null when neither was given. */
  readonly pools: readonly KnownPool[] | null;
  /** Uids of all these, also of those whose spec is refused. */
  readonly poolUids: ReadonlySet<string>;
  /** `--pools` was given: a pool that is not among them does not exist in that cluster. */
  readonly poolsAreAll: boolean;
  /** Names of set variables such as HTTPS_PROXY. */
  readonly proxyVariables: readonly string[];
}

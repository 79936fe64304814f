/** What the hooks need from outside: the service gives the real things, tests and the embedded world give others. */
import type { RenderAssets } from '../children/input.ts';
import type { Clock } from '../clock.ts';
import type { EffectsUnderWay } from '../forgejo/perform.ts';
import type { Reader } from '../forgejo/reader.ts';
import type { RepositoryDirectory } from '../forgejo/repositories.ts';
import type { ServerDirectory } from '../forgejo/servers.ts';
import type { Transport } from '../forgejo/transport.ts';
import type { IdentityChecks } from '../openbao/identity-checks.ts';
import type { TokenSource } from '../openbao/token-source.ts';
import type { PoolObserver } from './observer.ts';
import type { OperatorLog } from './operator-log.ts';
import type { SpecCache } from './spec-cache.ts';

export interface OperatorDeps {
  readonly transport: Transport;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly log: OperatorLog;
  readonly observers: readonly PoolObserver[];
  readonly assets: RenderAssets;
  /** New random text at every call, 256 bits of it, in characters that a file may hold: the secret of a cache. */
  readonly randomSecret: () => string;
  readonly specs: SpecCache;
  /** Names of repositories, looked up once. */
  readonly repositories: RepositoryDirectory;
  /** Null: nobody asks what version a server is of. */
  readonly servers: ServerDirectory | null;
  /** Effects of all calls that are under way. */
  readonly effectsUnderWay: EffectsUnderWay;
  readonly openBao: {
    /** Null: no pool can have its token from OpenBao. */
    readonly tokens: TokenSource | null;
    /** Null: nothing is looked at. */
    readonly checks: IdentityChecks | null;
  };
  readonly config: {
    readonly issuedGraceMs: number;
    readonly finishingGraceMs: number;
    readonly effectBudgetMs: number;
    readonly effectConcurrency: number;
    readonly forgejoTimeoutMs: number;
  };
}

/** What `plan` is asked, and what it asks with. */
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { RenderAssets } from '../../children/input.ts';
import type { Clock } from '../../clock.ts';
import type { Access } from '../../forgejo/access.ts';
import type { RepositoryDirectory } from '../../forgejo/repositories.ts';
import type { Transport } from '../../forgejo/transport.ts';
import type { DecodedRequest } from '../../hooks/decode.ts';
import { resolveRepositories, withoutLookups } from '../../hooks/repository-filter.ts';
import type { RepositoryFilter } from '../../pool/repositories.ts';
import type { WorldInput } from './plan-world.ts';

export interface PlanOptions {
  readonly pool: string;
  readonly name?: string | undefined;
  readonly queue?: string | undefined;
  readonly registrations?: string | undefined;
  readonly waiting?: string | undefined;
  readonly labels?: string | undefined;
  readonly at?: string | undefined;
  readonly live?: true | undefined;
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
}

export interface PlanDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly assets: RenderAssets;
}

/** Forgejo's side of a plan. */
export interface Read {
  readonly input: Omit<WorldInput, 'decoded' | 'spec'>;
  /** What was taken for granted, one sentence each. */
  readonly assumptions: readonly string[];
}

/** What only a process remembers can't be read from any file. */
export const MEMORYLESS = [
  'The operator has been running and Forgejo answering: every end was seen as it came; since when a job waits is what the status says, or now.',
];

/** As in the operator: a pool that is deleted serves nothing new. */
export async function repositoriesOf(
  spec: RunnerPoolSpec,
  { pool, finalizing }: DecodedRequest,
  access: Access,
  directory: RepositoryDirectory,
  until: number,
): Promise<RepositoryFilter> {
  if (finalizing || pool.deletionAt !== null) return withoutLookups(spec.repositories);
  return resolveRepositories(spec.repositories, access, directory, until);
}

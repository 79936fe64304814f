/** Forgejo's side of a plan from files and numbers: no network is used. */
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { RepositoryDirectory } from '../../forgejo/repositories.ts';
import type { DecodedRequest } from '../../hooks/decode.ts';
import type { QueuedJob } from '../../pool/forgejo.ts';
import { readArgument } from '../input/read-argument.ts';
import { CliError, type CliWorld } from '../world.ts';
import { assumeRegistrations } from './assume-registrations.ts';
import { MEMORYLESS, type PlanOptions, type Read, repositoriesOf } from './plan-options.ts';
import { recordedView } from './plan-world.ts';
import { inventQueue, MOST_WAITING, parseQueue, parseRegistrations } from './queue.ts';

export async function readRecorded(
  options: PlanOptions,
  spec: RunnerPoolSpec,
  decoded: DecodedRequest,
  at: number,
  world: CliWorld,
): Promise<Read> {
  const jobs = await recordedQueue(options, spec, world);
  const { registrations: file } = options;
  const { observed, memoryFromStatus, pool } = decoded;
  const assumed = {
    observed,
    remembered: memoryFromStatus.runners,
    jobs,
    queueIsKnown: options.queue !== undefined,
    spec,
    poolUid: pool.uid,
  };
  const rows =
    file === undefined
      ? assumeRegistrations(assumed)
      : parseRegistrations(await readArgument('--registrations', file, world), `--registrations ${file}`);
  const repositories = await repositoriesOf(spec, decoded, { url: spec.forgejo.url, token: '' }, NOBODY_ASKED, at);
  const names = repositories.unresolved.map(({ name }) => name);
  return {
    input: { forgejo: recordedView(jobs, rows, at, spec.pollIntervalSeconds * 1000), repositories, now: at, clusterNow: at },
    assumptions: [
      ...(options.queue === undefined && options.waiting === undefined
        ? ['The queue is empty: --queue, --waiting or --live give one.']
        : []),
      ...(file === undefined && rows.length > 0
        ? ["Registrations are as the pool's objects let expect: --registrations gives Forgejo's list."]
        : []),
      ...(names.length === 0 ? [] : [`${names.join(', ')}: names of repositories are known with --live alone; ids need none.`]),
      ...MEMORYLESS,
    ],
  };
}

async function recordedQueue(
  { queue, waiting, labels }: PlanOptions,
  spec: RunnerPoolSpec,
  world: CliWorld,
): Promise<readonly QueuedJob[]> {
  if (queue !== undefined) return parseQueue(await readArgument('--queue', queue, world), `--queue ${queue}`);
  if (waiting === undefined) return [];
  const count = /^\d{1,5}$/.test(waiting) ? Number(waiting) : Number.NaN;
  if (!(count <= MOST_WAITING)) throw new CliError(`--waiting must be a whole number from 0 to ${MOST_WAITING}`);
  const asked = labels === undefined ? [] : labels.split(',').filter((label) => label !== '');
  return inventQueue(count, asked, spec);
}

/** Without a network no name is known. */
const NOBODY_ASKED: RepositoryDirectory = { lookUp: async (_, names) => names.map(() => ({ kind: 'unknown', failure: null })) };

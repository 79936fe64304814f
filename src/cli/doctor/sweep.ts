/**
 * `--sweep`: registrations that a deleted pool left behind, judged and removed by the operator's own code. It sees no cluster,
 * and so never a Secret: what it removes is what the operator removes without one, which is offline and older than the grace.
 */
import type { Scope } from '../../api/scope.ts';
import { specHash } from '../../children/spec-hash.ts';
import type { Connection } from '../../forgejo/call.ts';
import { perform } from '../../forgejo/perform.ts';
import { createReader } from '../../forgejo/reader.ts';
import { decodeMemory } from '../../hooks/decode-status.ts';
import { FALLBACK } from '../../hooks/finalize.ts';
import { createMemoryStore, mergeMemory } from '../../hooks/pool-memory.ts';
import type { AccessProblem, ForgejoFailure } from '../../pool/failure.ts';
import { type Judged, judge } from '../../pool/judge.ts';
import type { Outcome, World } from '../../pool/model.ts';
import { EVERY_REPOSITORY } from '../../pool/repositories.ts';
import { deregisterWhenOffline } from '../../pool/retire.ts';
import { counted, printable } from '../input/printable.ts';
import { briefly } from './briefly.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export interface Sweep {
  readonly scope: Scope;
  readonly poolUid: string;
  /** `--pools` was given and does not have it. */
  readonly isSurelyGone: boolean;
}

/** The operator's own, for what may be an answer on its way. */
const GRACE_MS = 30_000;
/**
 * A pool that lives has offline rows while its Pods start. When nothing shows that it is gone, its newest registration must be
 * older than that: longer than a Pod that starts at all takes, and four times the time that a pool gives it by default.
 */
const GRACE_WITHOUT_POOLS_MS = 3_600_000;
/** Removing a thousand rows takes longer than a hook has. */
const BUDGET_MS = 300_000;

/** One finding for each registration of the pool, and no question. */
export async function sweep({ scope, poolUid, isSurelyGone }: Sweep, connection: Connection): Promise<readonly Finding[]> {
  const { transport, clock, access } = connection;
  const reader = createReader({ transport, clock });
  const forgejo = await reader.read(access, scope, { intervalMs: 0 });
  if (forgejo.kind === 'unavailable') {
    return [fail('sweep', readFailed(forgejo.failure), 'Nothing was removed.', 'See the findings above.')];
  }
  const graceMs = isSurelyGone ? GRACE_MS : GRACE_WITHOUT_POOLS_MS;
  const slots = judge(worldOf(poolUid, graceMs, forgejo, reader.forgejoNow(access), clock.now()));
  if (slots.length === 0) return [ok('sweep', `No registration of pool ${printable(poolUid)} is here.`)];
  const alive = slots.filter(({ phase }) => phase !== 'stray');
  if (!isSurelyGone && alive.length > 0) return [mayLive(poolUid, slots, alive)];
  const effects = slots.filter(({ phase }) => phase === 'stray').flatMap(deregisterWhenOffline);
  const outcomes = await perform(effects, {
    transport,
    clock,
    reader,
    access,
    scope,
    budgetMs: BUDGET_MS,
    credentialsOf: () => undefined,
    onRegistered: () => undefined,
  });
  return [...outcomes.map(findingOf), ...alive.map(spared)];
}

/** Without a token nothing is asked at all, and there is one here. */
function readFailed(failure: ForgejoFailure | AccessProblem): string {
  return 'method' in failure ? `${briefly(failure)}.` : 'The registrations could not be read.';
}

function mayLive(poolUid: string, slots: readonly Judged[], alive: readonly Judged[]): Finding {
  return fail(
    'sweep',
    `Pool ${printable(poolUid)} may live: of its ${counted(slots.length, 'registration')} ${alive.length} ${alive.length === 1 ? 'is' : 'are'} online or younger than an hour.`,
    'Nothing was removed: a runner that is just starting is offline too.',
    'Give the pools of the cluster with --pools FILE (kubectl get runnerpools -A -o json): when this one is not among them its offline registrations are removed.',
  );
}

function findingOf(outcome: Outcome): Finding {
  const { effect } = outcome;
  const runner = printable(effect.kind === 'register' ? effect.tags.runner : effect.runner);
  switch (outcome.kind) {
    case 'deregistered':
      return ok('sweep', `Removed ${runner} (id ${outcome.effect.registration.id}).`);
    case 'spared':
      return warn(
        'sweep',
        `Left ${runner}: it has just become ${outcome.status}.`,
        'Somebody runs with it.',
        'Find out who, by the address in the log of Forgejo.',
      );
    case 'failed':
      return fail(
        'sweep',
        `Could not remove ${runner}: ${briefly(outcome.failure)}.`,
        'It is still there, or its answer got lost.',
        'Run the sweep again.',
      );
    case 'deferred':
    case 'registered':
    case 'asked':
    case 'reported':
      return fail('sweep', `Did not get to ${runner} in time.`, 'It is still there.', 'Run the sweep again.');
  }
}

function spared({ key, phase }: Judged): Finding {
  const runner = printable(key);
  return phase === 'inUse'
    ? warn(
        'sweep',
        `Left ${runner}: it is online.`,
        'Somebody runs with it: a Pod that outlived its pool, or a pool of another cluster.',
        'End that Pod; after a minute the registration is offline, and a sweep removes it.',
      )
    : warn(
        'sweep',
        `Left ${runner}: it was made less than ${GRACE_MS / 1000} s ago.`,
        'The pool may be about to use it.',
        'Run the sweep again.',
      );
}

/** A pool of which no cluster shows anything; of its spec nothing is known, and nothing is rendered from it. */
function worldOf(poolUid: string, graceMs: number, forgejo: World['forgejo'], now: number, clusterNow: number): World {
  const memory = mergeMemory(
    decodeMemory({}),
    createMemoryStore({ now: () => clusterNow, sleep: async () => {} }).recall(poolUid),
    clusterNow,
    0,
  );
  return {
    now,
    clusterNow,
    pool: { namespace: '', name: '', uid: poolUid, generation: 1, createdAt: 0, deletionAt: clusterNow },
    spec: FALLBACK,
    limits: { minRunners: 0, maxRunners: 0, open: [], nextChangeAt: null },
    specHash: specHash(FALLBACK),
    observed: { secrets: [], workloads: [], pods: [] },
    forgejo,
    memory,
    namespaceTerminating: false,
    repositories: EVERY_REPOSITORY,
    graces: { issuedMs: graceMs, finishingMs: graceMs },
  };
}

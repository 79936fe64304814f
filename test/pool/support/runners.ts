/** Whole runners for the tests of decisions: every object of a runner in one state, to be put together into a world. */
import { planFinalize } from '../../../src/pool/finalize.ts';
import type { Registration } from '../../../src/pool/forgejo.ts';
import type { Instant } from '../../../src/pool/instant.ts';
import { type Judged, judge } from '../../../src/pool/judge.ts';
import type { Effect, Outcome, Phase, RememberedRunner, World } from '../../../src/pool/model.ts';
import type { ObservedPod, ObservedSecret, ObservedWorkload, RunnerTags } from '../../../src/pool/observed.ts';
import { type Plan, plan } from '../../../src/pool/plan.ts';
import { type Settled, settle } from '../../../src/pool/settle.ts';
import {
  aWorld,
  deploymentOf,
  jobEnd,
  jobOf,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  undeclaredRowOf,
  type WorldParts,
  waiting,
  warmTagsOf,
} from './builders.ts';

export interface RunnerParts {
  readonly secret?: ObservedSecret;
  readonly workload?: ObservedWorkload;
  readonly pod?: ObservedPod;
  readonly row?: Registration;
  readonly memory?: RememberedRunner;
  /** When this process first saw that it had ended; none: it sees that now. */
  readonly endSeenAt?: Instant;
}

export function worldOf(runners: readonly RunnerParts[], parts: WorldParts = {}): World {
  return aWorld({
    ...parts,
    memory: { ...parts.memory, endSeenAt: new Map([...seenEnds(runners), ...(parts.memory?.endSeenAt ?? [])]) },
    secrets: [...runners.flatMap(({ secret }) => secret ?? []), ...(parts.secrets ?? [])],
    workloads: [...runners.flatMap(({ workload }) => workload ?? []), ...(parts.workloads ?? [])],
    pods: [...runners.flatMap(({ pod }) => pod ?? []), ...(parts.pods ?? [])],
    rows: [...runners.flatMap(({ row }) => row ?? []), ...(parts.rows ?? [])],
    runners: [...runners.flatMap(({ memory }) => memory ?? []), ...(parts.runners ?? [])],
  });
}

function seenEnds(runners: readonly RunnerParts[]): readonly (readonly [string, Instant])[] {
  return runners.flatMap((runner) => {
    const name = (runner.workload ?? runner.pod)?.tags.runner;
    return name === undefined || runner.endSeenAt === undefined ? [] : [[name, runner.endSeenAt] as const];
  });
}

/** A warm runner, idle since `since` seconds. */
export function idleWarm(name: string, since = 60, tags: Partial<RunnerTags> = {}): RunnerParts {
  const own = warmTagsOf(name, tags);
  return {
    secret: secretOf(own),
    workload: jobOf(own),
    pod: podOf(own),
    row: rowOf(own),
    memory: remembered(name, { phase: 'idle', since: secondsAgo(since), handle: null, repositoryId: null }),
  };
}

export function startingWarm(name: string, tags: Partial<RunnerTags> = {}): RunnerParts {
  const own = warmTagsOf(name, tags);
  const memory = remembered(name, { since: secondsAgo(20), handle: null, repositoryId: null });
  return { secret: secretOf(own), workload: jobOf(own), pod: podOf(own, { state: waiting() }), row: undeclaredRowOf(own), memory };
}

/** A warm runner that was stopped: its Pod runs out its grace. */
export function drainingWarm(name: string, tags: Partial<RunnerTags> = {}): RunnerParts {
  const own = warmTagsOf(name, tags);
  const memory = remembered(name, { phase: 'stopping', handle: null });
  return { secret: secretOf(own), pod: podOf(own, { deletionAt: secondsAgo(-600) }), row: rowOf(own), memory };
}

export function busyWarm(name: string, tags: Partial<RunnerTags> = {}, memory: Partial<RememberedRunner> = {}): RunnerParts {
  const idle = idleWarm(name, 60, tags);
  return {
    ...idle,
    row: rowOf(warmTagsOf(name, tags), { status: 'active' }),
    memory: remembered(name, { phase: 'busy', handle: null, repositoryId: null, worked: true, ...memory }),
  };
}

/** An assigned runner whose Pod is being started. */
export function startingAssigned(name: string, tags: Partial<RunnerTags> = {}): RunnerParts {
  const own = tagsOf(name, tags);
  const memory = remembered(name, { handle: own.handle, since: secondsAgo(20) });
  return { secret: secretOf(own), workload: jobOf(own), pod: podOf(own, { state: waiting() }), row: undeclaredRowOf(own), memory };
}

export function busyAssigned(name: string, tags: Partial<RunnerTags> = {}): RunnerParts {
  const own = tagsOf(name, tags);
  const memory = remembered(name, { handle: own.handle, phase: 'busy', worked: true });
  return { secret: secretOf(own), workload: jobOf(own), pod: podOf(own), row: rowOf(own, { status: 'active' }), memory };
}

/** A Job whose container ended with that code ten seconds ago, which this process saw eight seconds ago; its registration as given. */
export function endedJob(
  tags: RunnerTags,
  exitCode: number,
  row: Registration | null,
  memory: Partial<RememberedRunner> = {},
): RunnerParts {
  return { ...justEndedJob(tags, exitCode, row, memory), endSeenAt: secondsAgo(8) };
}

/** The same, but this process sees its end only now. */
export function justEndedJob(
  tags: RunnerTags,
  exitCode: number,
  row: Registration | null,
  memory: Partial<RememberedRunner> = {},
): RunnerParts {
  const good = exitCode === 0;
  return {
    secret: secretOf(tags),
    workload: jobOf(tags, { end: jobEnd(good ? {} : { type: 'Failed', reason: 'BackoffLimitExceeded' }) }),
    pod: podOf(tags, { state: terminated(exitCode) }),
    ...(row === null ? {} : { row }),
    memory: remembered(tags.runner, { handle: tags.handle, phase: 'busy', worked: true, ...memory }),
  };
}

/** A Deployment whose Pod runs, declared. */
export function persistentRunner(
  name: string,
  phase: 'idle' | 'busy',
  memory: Partial<RememberedRunner> = {},
  tags: Partial<RunnerTags> = {},
): RunnerParts {
  const own = warmTagsOf(name, tags);
  return {
    secret: secretOf(own),
    workload: deploymentOf(own),
    pod: podOf(own, { ownerKind: 'ReplicaSet', ownerUid: 'uid-of-replica-set' }),
    row: rowOf(own, { status: phase === 'busy' ? 'active' : 'idle', ephemeral: false }),
    memory: remembered(name, { phase, handle: null, repositoryId: null, worked: phase === 'busy', ...memory }),
  };
}

// ----------------------------------------------------------------------------------------------------------- decisions

export function planOf(world: World): Plan {
  return plan(world, judge(world));
}

export function finalizeOf(
  world: World,
  facts: { readonly observesChildren?: boolean; readonly withoutTokenSince?: number | null; readonly scopeGoneSince?: number | null } = {},
): ReturnType<typeof planFinalize> {
  return planFinalize(world, judge(world), { observesChildren: true, withoutTokenSince: null, scopeGoneSince: null, ...facts });
}

export function settledOf(world: World, outcomes: readonly Outcome[] = []): Settled {
  const slots = judge(world);
  return settle(world, slots, plan(world, slots), outcomes);
}

export function slotOf(world: World, name: string): Judged {
  const slot = judge(world).find(({ key }) => key === name);
  if (slot === undefined) throw new Error(`no slot ${name}`);
  return slot;
}

/** Runners whose workload the plan drops. */
export function stopped({ fates }: Plan): readonly string[] {
  return fates.filter(({ phase }) => phase === 'stopping').map(({ slot }) => slot.key);
}

/** What is registered: the handle, or `warm` with the attempt. */
export function created({ effects }: Plan): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === 'register' ? [effect.tags.handle ?? `warm ${effect.tags.attempt}`] : []));
}

/** Effects on runners that are there, in short. */
export function asked({ effects }: Plan): readonly string[] {
  return effects.flatMap((effect) => inShort(effect) ?? []);
}

function inShort(effect: Effect): string | null {
  switch (effect.kind) {
    case 'register':
      return null;
    case 'ask':
      return `ask ${effect.runner} ${effect.taskId}`;
    case 'report':
      return `report ${effect.runner} ${effect.taskId}: ${effect.cause}`;
    case 'deregister':
      return `deregister ${effect.runner} when ${effect.whenStatus.join(' or ')}`;
  }
}

export function fateOf(
  { fates }: Plan,
  name: string,
): { readonly secret: string; readonly workload: string; readonly phase: Phase } | null {
  const fate = fates.find(({ slot }) => slot.key === name);
  return fate === undefined ? null : { secret: fate.secret, workload: fate.workload, phase: fate.phase };
}

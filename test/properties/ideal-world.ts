/**
 * A cluster and a Forgejo in which everything that is asked for happens within a minute and nothing goes wrong: Pods run, an
 * assigned runner takes its job and keeps it, what is deleted is gone. In it a pool must come to rest.
 */

import type { QueuedJob, Registration } from '../../src/pool/forgejo.ts';
import type { Judged } from '../../src/pool/judge.ts';
import { judge } from '../../src/pool/judge.ts';
import type { Effect, Memory, Outcome, World } from '../../src/pool/model.ts';
import type { ObservedPod, ObservedWorkload, RunnerTags } from '../../src/pool/observed.ts';
import { readOwnership } from '../../src/pool/ownership.ts';
import { type Plan, plan } from '../../src/pool/plan.ts';
import { type ChildIntent, type Settled, settle } from '../../src/pool/settle.ts';
import { answered, deploymentOf, jobEnd, jobOf, podOf, rowOf, secretOf } from '../pool/support/builders.ts';

const STEP_MS = 60_000;

export interface Step {
  readonly world: World;
  readonly slots: readonly Judged[];
  readonly plan: Plan;
  readonly settled: Settled;
  /** Which runner (by uuid) holds which task. */
  readonly holders: ReadonlyMap<number, string>;
}

export function firstStep(world: World): Step {
  return decide(world, new Map());
}

export function nextStep(step: Step): Step {
  const { holders } = step;
  const outcomes = step.plan.effects.map((effect) => ideal(effect, step));
  const settled = settle(step.world, step.slots, step.plan, outcomes);
  const rows = rowsAfter(step, outcomes);
  const jobs = jobsAfter(step, outcomes);
  const cluster = clusterAfter(step.world, settled.children);
  return decide(...advance(step.world, settled.memory, { ...cluster, rows, jobs, holders, outcomes }));
}

function decide(world: World, holders: Step['holders']): Step {
  const slots = judge(world);
  const made = plan(world, slots);
  const outcomes = made.effects.map((effect) => ({ kind: 'deferred', effect }) as const);
  return { world, slots, plan: made, settled: settle(world, slots, made, outcomes), holders };
}

function snapshotOf(world: World): { readonly rows: readonly Registration[]; readonly jobs: readonly QueuedJob[] } {
  if (world.forgejo.kind !== 'answered') return { rows: [], jobs: [] };
  return { rows: world.forgejo.snapshot.registrations, jobs: world.forgejo.snapshot.jobs };
}

function ideal(effect: Effect, { world, holders }: Step): Outcome {
  switch (effect.kind) {
    case 'register':
      return { kind: 'registered', effect, registration: registrationOf(effect.tags.runner), issuedAt: world.now + 1000 };
    case 'ask':
      return { kind: 'asked', effect, holds: holders.get(effect.taskId) === effect.registration.uuid, at: world.now };
    case 'report':
      return { kind: 'reported', effect };
    case 'deregister': {
      const row = snapshotOf(world).rows.find(({ uuid }) => uuid === effect.registration.uuid);
      const status = row?.status ?? 'offline';
      if (row !== undefined && (status === 'active' || !effect.whenStatus.includes(status))) return { kind: 'spared', effect, status };
      return { kind: 'deregistered', effect };
    }
  }
}

function registrationOf(runner: string): { readonly id: number; readonly uuid: string } {
  return {
    id: [...runner].reduce((id, letter) => (id * 31 + letter.charCodeAt(0)) % 1_000_003, 3) + 2_000_000,
    uuid: `new-uuid-of-${runner}`,
  };
}

function rowsAfter({ world }: Step, outcomes: readonly Outcome[]): readonly Registration[] {
  const gone = new Set(
    outcomes.flatMap((outcome) => {
      if (outcome.kind === 'deregistered') return [outcome.effect.registration.uuid];
      return outcome.kind === 'reported' && world.spec.mode === 'Ephemeral' ? [outcome.effect.registration.uuid] : [];
    }),
  );
  const born = outcomes.flatMap((outcome) =>
    outcome.kind === 'registered'
      ? [rowOf(tagsFor(outcome), { status: 'offline', declared: false, version: '', ownership: readOwnership(outcome.effect.description) })]
      : [],
  );
  return [...snapshotOf(world).rows.filter(({ uuid }) => !gone.has(uuid)), ...born];
}

function tagsFor({ effect, registration, issuedAt }: Outcome & { kind: 'registered' }): RunnerTags {
  const { runner, handle, repositoryId, job, attempt, specHash } = effect.tags;
  return { runner, handle, repositoryId, job, attempt, specHash, registration, issuedAt };
}

function jobsAfter({ world }: Step, outcomes: readonly Outcome[]): readonly QueuedJob[] {
  const reported = new Set(outcomes.flatMap((outcome) => (outcome.kind === 'reported' ? [outcome.effect.taskId] : [])));
  return snapshotOf(world).jobs.filter(({ taskId }) => !reported.has(taskId));
}

type Cluster = Pick<World['observed'], 'secrets' | 'workloads' | 'pods'>;

/** What stays of an answer; a Pod without its workload ends at once, and a new workload gets its Pod. */
function clusterAfter({ observed, now, spec }: World, children: readonly ChildIntent[]): Cluster {
  const kept = (kind: ChildIntent['kind'], runner: string): boolean =>
    children.some((child) => child.kind === kind && 'runner' in child && child.runner === runner);
  const rendered = (kind: ChildIntent['kind']): readonly RunnerTags[] =>
    children.flatMap((child) => (child.kind === kind && 'tags' in child ? [child.tags] : []));

  const secrets = [
    ...observed.secrets.filter(({ tags }) => kept('keepSecret', tags.runner)),
    ...rendered('renderSecret').map((tags) => secretOf(tags, { createdAt: now })),
  ];
  const fresh = rendered('renderWorkload').map((tags) =>
    spec.mode === 'Persistent' ? deploymentOf(tags, { createdAt: now }) : jobOf(tags, { createdAt: now }),
  );
  const workloads = [...observed.workloads.filter((each) => !each.terminating && kept('keepWorkload', each.tags.runner)), ...fresh];
  const pods = observed.pods.filter((pod) => pod.deletionAt === null && workloads.some(({ uid }) => uid === pod.ownerUid));
  const born = workloads
    .filter((each) => !pods.some((pod) => pod.ownerUid === each.uid) && !(each.kind === 'Job' && each.end !== null))
    .map((each) => newPod(each, now));
  return { secrets, workloads, pods: [...pods, ...born] };
}

function newPod({ kind, tags }: ObservedWorkload, now: number): ObservedPod {
  const name = `${tags.runner}-at-${now}`;
  return podOf(tags, { name, uid: `uid-of-${name}`, ownerKind: kind === 'Job' ? 'Job' : 'ReplicaSet', createdAt: now });
}

interface After extends Cluster {
  readonly rows: readonly Registration[];
  readonly jobs: readonly QueuedJob[];
  readonly holders: Step['holders'];
  readonly outcomes: readonly Outcome[];
}

/** A minute later: runners have declared themselves, taken their jobs, or found that there is none. */
function advance(world: World, memory: Memory, after: After): [World, Step['holders']] {
  const now = world.now + STEP_MS;
  const holders = new Map(after.holders);
  const taken = new Map<string, number>();
  const registered = new Set(after.rows.map(({ uuid }) => uuid));
  const pods = after.pods.map((pod): ObservedPod => {
    if (pod.state.kind === 'terminated' && pod.ownerKind === 'Job') return pod;
    const uuid = pod.tags.registration?.uuid ?? '';
    const ended = (exitCode: number): ObservedPod => ({
      ...pod,
      state: { kind: 'terminated', exitCode, started: true, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: now - 20_000 },
    });
    if (!after.secrets.some(({ tags }) => tags.runner === pod.tags.runner))
      return { ...pod, state: { kind: 'waiting', reason: 'ContainerCreating' } };
    if (!registered.has(uuid))
      return pod.ownerKind === 'Job' ? ended(1) : { ...pod, state: { kind: 'waiting', reason: 'CrashLoopBackOff' } };
    const running: ObservedPod = { ...pod, state: { kind: 'running', startedAt: now - 50_000 } };
    if (pod.tags.handle === null || [...holders.values()].includes(uuid)) return running;
    const job = after.jobs.find(({ handle, status }) => handle === pod.tags.handle && status === 'waiting');
    if (job === undefined || taken.has(job.handle)) return ended(2);
    const task = 1000 + holders.size;
    holders.set(task, uuid);
    taken.set(job.handle, task);
    return running;
  });
  const jobs = after.jobs.map((job): QueuedJob => ({ ...job, ...startedBy(taken.get(job.handle)) }));
  const busy = new Set(holders.values());
  const rows = after.rows.map((row): Registration => {
    const runs = pods.some((pod) => pod.state.kind === 'running' && pod.tags.registration?.uuid === row.uuid);
    if (!runs) return { ...row, status: 'offline' };
    return { ...row, status: busy.has(row.uuid) ? 'active' : 'idle', declared: true, version: 'v12.8.2' };
  });
  const workloads = after.workloads.map((each) => withEnd(each, pods, now));
  const next: World = {
    ...world,
    now,
    observed: { secrets: after.secrets, workloads, pods },
    forgejo: answered({ jobs, jobsReadAt: now - 1000, registrations: rows, registrationsReadAt: now - 1000, answeringSince: 0 }),
    memory: { ...memory, credentials: new Map() },
  };
  return [next, holders];
}

function startedBy(task: number | undefined): Partial<QueuedJob> {
  return task === undefined ? {} : { status: 'running', taskId: task };
}

function withEnd(workload: ObservedWorkload, pods: readonly ObservedPod[], now: number): ObservedWorkload {
  const state = pods.find((pod) => pod.ownerUid === workload.uid)?.state;
  if (workload.kind !== 'Job' || workload.end !== null || state?.kind !== 'terminated') return workload;
  const good = state.exitCode === 0;
  const end = jobEnd({
    type: good ? 'Complete' : 'Failed',
    reason: good ? 'CompletionsReached' : 'BackoffLimitExceeded',
    at: now - 18_000,
  });
  return { ...workload, end };
}

/** Items 11 and 12: what people and nodes do to the objects of a runner in mid-task. No live task is reported dead, nothing leaks. */
import { describe, expect, it } from 'vitest';
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import type { DeleteOptions } from '../../src/dev/cluster/store.ts';
import type { FaultRule } from '../../src/dev/forgejo/faults.ts';
import { type Lab, openLab } from './support/lab.ts';

type RunnerKind = 'assigned' | 'warm' | 'daemon';
type ObjectKind = 'Secret' | 'Job' | 'Deployment' | 'Pod';

/** What runners send breaks, while the API answers, and so does the operator's question for a task (UpdateLog). */
const CUT_OFF: readonly FaultRule[] = [
  { fault: { kind: 'refuse' }, when: { endpoints: ['Declare', 'FetchSingleTask', 'FetchTask', 'UpdateTask'] } },
];

const SPECS = {
  assigned: { minRunners: 0 },
  warm: { minRunners: 1 },
  daemon: { mode: 'Persistent', minRunners: 1, maxRunners: 2 },
} as const;

interface Busy {
  readonly lab: Lab;
  readonly handle: string;
  /** Its name. */
  readonly runner: string;
  readonly pod: string;
  readonly taskId: number;
}

async function busyRunner(kind: RunnerKind, durationMs: number, spec: Readonly<Record<string, unknown>> = {}): Promise<Busy> {
  const lab = await openLab({ spec: { ...SPECS[kind], ...spec } });
  if (kind !== 'assigned') await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
  const handle = lab.queue('long', durationMs);
  await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
  await lab.until('it is seen busy', () => lab.status().counts?.busy === 1, 30_000);
  const { metadata } = lab.podOf(handle);
  return { lab, handle, runner: metadata.labels?.[LABEL_RUNNER] ?? '', pod: metadata.name, taskId: lab.job(handle).taskId };
}

/** Every Secret of a runner has its row and the other way round, and as many are there as the pool wants. */
function isTidy({ lab, runner }: Busy, kind: RunnerKind): () => boolean {
  return () => {
    const secrets = lab.cluster.list('Secret', 'ci').flatMap(({ metadata }) => metadata.labels?.[LABEL_RUNNER] ?? []);
    const rows = lab.forgejo.runners().map(({ name }) => name);
    const wanted = SPECS[kind].minRunners;
    return rows.length === wanted && secrets.toSorted().join() === rows.toSorted().join() && (wanted > 0 || !rows.includes(runner));
  };
}

const BY_HAND: readonly {
  readonly kind: RunnerKind;
  readonly what: ObjectKind;
  readonly how: DeleteOptions;
  readonly because: string;
}[] = [
  { kind: 'assigned', what: 'Job', how: {}, because: 'its Pod runs out its grace and shields the task' },
  { kind: 'assigned', what: 'Job', how: { propagation: 'Foreground' }, because: 'the Job is there until its Pod has ended' },
  { kind: 'assigned', what: 'Job', how: { propagation: 'Orphan' }, because: 'its Pod goes on without an owner' },
  { kind: 'assigned', what: 'Pod', how: {}, because: 'as an eviction' },
  { kind: 'assigned', what: 'Secret', how: {}, because: 'the Pod keeps its files' },
  { kind: 'warm', what: 'Job', how: {}, because: 'which task it has is known from its own answer' },
  { kind: 'warm', what: 'Pod', how: {}, because: 'as an eviction' },
  { kind: 'warm', what: 'Secret', how: {}, because: 'the Pod keeps its files' },
  { kind: 'daemon', what: 'Deployment', how: {}, because: 'TERM lets a daemon end its job' },
  { kind: 'daemon', what: 'Pod', how: {}, because: 'the next Pod and the old one share a registration for a while' },
  { kind: 'daemon', what: 'Secret', how: {}, because: 'the Pod keeps its files' },
];

describe.each(BY_HAND)('$what of a busy $kind is deleted by hand ($how.propagation): $because', ({ kind, what, how }) => {
  it('its task ends well, it is not run twice, and nothing leaks', async () => {
    const busy = await busyRunner(kind, 40_000);
    const { lab, handle } = busy;
    lab.cluster.delete(what, 'ci', what === 'Pod' ? busy.pod : busy.runner, how);
    await lab.clock.advance(20_000);
    expect(lab.job(handle).status).toBe('running');
    await lab.until('the task has ended', () => lab.job(handle).status !== 'running', 60_000);
    expect({ status: lab.job(handle).status, taskId: lab.job(handle).taskId }).toEqual({ status: 'success', taskId: busy.taskId });
    await lab.until('nothing is left but the minimum', isTidy(busy, kind), 180_000);
    lab.close();
  });
});

it('a Pod is deleted in mid-task while its runner is cut off from Forgejo for 140 s: offline is not dead either', async () => {
  const { lab, handle, pod, taskId } = await busyRunner('assigned', 200_000);
  lab.cluster.delete('Pod', 'ci', pod);
  lab.forgejo.setFaults(CUT_OFF);
  await lab.clock.advance(140_000);
  lab.forgejo.setFaults([]);
  await lab.until('the task has ended', () => lab.job(handle).status !== 'running', 100_000);
  expect(lab.job(handle).status).toBe('success');
  expect(JSON.stringify(lab.forgejo.log(taskId)), 'no notice stands in a live task’s log').not.toContain('forgejo-runner-operator');
  await lab.until('nothing is left', () => lab.rows().length === 0, 60_000);
  lab.close();
});

it.each(['assigned', 'warm', 'daemon'] as const)(
  'a busy %s is cut off from Forgejo for 200 s, and nothing else happens: it is left alone',
  async (kind) => {
    const { lab, handle, taskId } = await busyRunner(kind, 300_000);
    lab.forgejo.setFaults(CUT_OFF);
    await lab.clock.advance(200_000);
    lab.forgejo.setFaults([]);
    await lab.until('the task has ended', () => lab.job(handle).status !== 'running', 150_000);
    expect(lab.job(handle).status).toBe('success');
    expect(JSON.stringify(lab.forgejo.log(taskId))).not.toContain('forgejo-runner-operator');
    lab.close();
  },
);

describe('a node', () => {
  it.each(['assigned', 'warm'] as const)(
    'of a busy %s dies: its task fails with the reason, sooner than by Forgejo’s own ten minutes',
    async (kind) => {
      const busy = await busyRunner(kind, 400_000);
      const { lab, handle, taskId } = busy;
      const diedAt = lab.clock.now();
      lab.cluster.inject('ci', busy.pod, { kind: 'nodeLost', afterMs: 0, tolerationMs: 30_000 });
      lab.cluster.inject('ci', busy.pod, { kind: 'killed', afterMs: 10, oom: false });
      await lab.until('the job has failed', () => lab.job(handle).status !== 'running', 600_000);
      expect(lab.job(handle).status).toBe('failure');
      expect(lab.clock.now() - diedAt).toBeLessThan(300_000);
      expect(JSON.stringify(lab.forgejo.log(taskId))).toContain('node');
      lab.close();
    },
  );

  it.each(['assigned', 'warm', 'daemon'] as const)(
    'of a busy %s is cut off but works on: the live task is not reported dead',
    async (kind) => {
      const busy = await busyRunner(kind, 200_000);
      const { lab, handle } = busy;
      lab.cluster.inject('ci', busy.pod, { kind: 'nodeLost', afterMs: 0, tolerationMs: 30_000 });
      await lab.until('the task has ended', () => lab.job(handle).status !== 'running', 400_000);
      expect(lab.job(handle).status).toBe('success');
      await lab.until('nothing is left but the minimum', isTidy(busy, kind), 1_200_000);
      lab.close();
    },
  );

  it('is cut off for longer than its Pod’s grace, and the runner from Forgejo for 20 s: idle is not dead', async () => {
    const { lab, handle, pod } = await busyRunner('assigned', 400_000, { jobTimeoutSeconds: 60 });
    lab.cluster.inject('ci', pod, { kind: 'nodeLost', afterMs: 0, tolerationMs: 30_000 });
    await lab.clock.advance(260_000);
    expect(lab.status().runners?.map(({ phase }) => phase)).toEqual(['lost']);
    lab.forgejo.setFaults(CUT_OFF);
    await lab.clock.advance(20_000);
    lab.forgejo.setFaults([]);
    await lab.until('the task has ended', () => lab.job(handle).status !== 'running', 400_000);
    expect(lab.job(handle).status).toBe('success');
    lab.close();
  });

  it('of an idle runner dies: it is replaced, and its row goes', async () => {
    const lab = await openLab({ spec: { minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const [name = ''] = lab.rows();
    const [pod] = lab.pods();
    lab.cluster.inject('ci', pod?.metadata.name ?? '', { kind: 'nodeLost', afterMs: 0, tolerationMs: 30_000 });
    lab.cluster.inject('ci', pod?.metadata.name ?? '', { kind: 'killed', afterMs: 10, oom: false });
    await lab.until('another one is idle', () => lab.rows().length === 1 && !lab.rows().includes(name), 600_000);
    lab.close();
  });
});

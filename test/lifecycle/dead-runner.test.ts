/** Item 1: a runner that died with a task is reported as that runner, with the cause in words; its job fails in seconds. */
import { describe, expect, it } from 'vitest';
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import type { PodFault } from '../../src/dev/cluster/faults.ts';
import { type Lab, openLab } from './support/lab.ts';

const LIMITED = { template: { spec: { containers: [{ name: 'runner', resources: { limits: { memory: '2Gi' } } }] } } };
const SPECS = {
  assigned: { minRunners: 0, ...LIMITED },
  warm: { minRunners: 1, ...LIMITED },
  daemon: { mode: 'Persistent', minRunners: 1, maxRunners: 1, ...LIMITED },
} as const;
type RunnerKind = keyof typeof SPECS;

/** Forgejo ends a task that nobody reports on after 10 minutes, and looks every 5. */
const ZOMBIE_MS = 900_000;

interface Busy {
  readonly lab: Lab;
  readonly handle: string;
  readonly taskId: number;
  readonly pod: string;
  readonly runner: string;
}

async function busyRunner(kind: RunnerKind, spec: Readonly<Record<string, unknown>> = {}): Promise<Busy> {
  const lab = await openLab({ spec: { ...SPECS[kind], ...spec } });
  if (kind !== 'assigned') await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
  const handle = lab.queue('long', 1_200_000);
  await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
  await lab.clock.advance(20_000);
  const { metadata } = lab.podOf(handle);
  return { lab, handle, taskId: lab.job(handle).taskId, pod: metadata.name, runner: metadata.labels?.[LABEL_RUNNER] ?? '' };
}

function logOf({ lab, taskId }: Busy): string {
  return JSON.stringify(lab.forgejo.log(taskId).at(-1));
}

const OOM: PodFault = { kind: 'killed', afterMs: 0, oom: true };
const KILLED: PodFault = { kind: 'killed', afterMs: 0, oom: false };
const LOW: PodFault = { kind: 'nodePressure', afterMs: 0, resource: 'memory' };
const FULL: PodFault = { kind: 'nodePressure', afterMs: 0, resource: 'ephemeral-storage' };
const DRAINED: PodFault = { kind: 'evicted', afterMs: 0, graceSeconds: 5 };
const PREEMPTED: PodFault = { kind: 'preempted', afterMs: 0, graceSeconds: 5 };
const DELETED: PodFault = { kind: 'deleted', afterMs: 0, graceSeconds: 5 };
const CRASHED: PodFault = { kind: 'exits', afterMs: 0, code: 139 };

const DEATHS: readonly { readonly kind: RunnerKind; readonly fault: PodFault; readonly words: string; readonly withinMs: number }[] = [
  { kind: 'assigned', fault: OOM, words: 'OOMKilled, limit 2Gi', withinMs: 40_000 },
  { kind: 'warm', fault: OOM, words: 'OOMKilled, limit 2Gi', withinMs: 40_000 },
  { kind: 'assigned', fault: LOW, words: 'evicted: node was low on memory', withinMs: 40_000 },
  { kind: 'warm', fault: FULL, words: 'evicted: it used more ephemeral-storage than its limit', withinMs: 40_000 },
  { kind: 'assigned', fault: KILLED, words: 'killed (SIGKILL)', withinMs: 40_000 },
  { kind: 'assigned', fault: CRASHED, words: 'crashed (SIGSEGV)', withinMs: 40_000 },
  { kind: 'assigned', fault: DRAINED, words: 'evicted through the API (a drain)', withinMs: 45_000 },
  { kind: 'warm', fault: PREEMPTED, words: 'preempted by a Pod of higher priority', withinMs: 45_000 },
  { kind: 'assigned', fault: DELETED, words: 'its Pod was deleted', withinMs: 45_000 },
  { kind: 'daemon', fault: OOM, words: 'OOMKilled, limit 2Gi', withinMs: 120_000 },
  { kind: 'daemon', fault: DRAINED, words: 'evicted through the API (a drain)', withinMs: 120_000 },
];

describe('a runner that dies with a task', () => {
  it.each(DEATHS)('$kind, $fault.kind: its job fails, and its log says "$words"', async ({ kind, fault, words, withinMs }) => {
    const busy = await busyRunner(kind);
    const { lab, handle } = busy;
    lab.cluster.inject('ci', busy.pod, fault);
    await lab.until('the job has failed', () => lab.job(handle).status === 'failure', withinMs);
    expect(logOf(busy)).toContain(`forgejo-runner-operator: the runner died: ${words}`);
    expect(logOf(busy)).toContain(`(runner ${busy.runner}`);
    if (kind === 'daemon') return lab.close();
    await lab.until('its registration is gone', () => !lab.forgejo.runners().some(({ name }) => name === busy.runner), 60_000);
    const recent = lab.status().recentRunners?.find(({ name }) => name === busy.runner);
    expect(recent).toMatchObject({ job: 'long', repositoryId: 1, message: expect.stringContaining(words) });
    lab.close();
  });
});

describe('a pool that reports nothing', () => {
  it.each(['assigned', 'warm'] as const)('leaves the task of a dead %s to Forgejo, and its registration until then', async (kind) => {
    const busy = await busyRunner(kind, { reportDeadRunners: false });
    const { lab, handle } = busy;
    lab.cluster.inject('ci', busy.pod, OOM);
    await lab.clock.advance(300_000);
    expect(lab.job(handle).status).toBe('running');
    expect(lab.forgejo.runners().map(({ name }) => name)).toContain(busy.runner);
    await lab.until('Forgejo has ended the task', () => lab.job(handle).status !== 'running', ZOMBIE_MS);
    await lab.until('its registration is gone', () => !lab.forgejo.runners().some(({ name }) => name === busy.runner), 60_000);
    expect(JSON.stringify(lab.forgejo.log(busy.taskId))).not.toContain('forgejo-runner-operator');
    lab.close();
  });
});

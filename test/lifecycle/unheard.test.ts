/** Items 11 and 13: runners that are to end and hear of nothing, or wait for what never comes. Their registrations go, on a busy scope too. */
import { expect, it } from 'vitest';
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import type { Cluster } from '../../src/dev/cluster/cluster.ts';
import { type Lab, openLab } from './support/lab.ts';

const ANYTHING_MS = 5_000;

/** A second pool on the scope, in a cluster of its own. */
function openBusyLab(spec: Readonly<Record<string, unknown>>): Promise<Lab> {
  return openLab({ spec, clusters: 2 });
}

function others(lab: Lab): Cluster {
  const [, second] = lab.clusters;
  if (second === undefined) throw new Error('two clusters are expected');
  return second;
}

/** Others' tasks: another begins each `every` seconds and lasts twice as long as that, and half a minute at least. */
async function beBusy(lab: Lab, seconds: number, isOver: () => boolean, every = 30): Promise<void> {
  lab.applyPool({ labels: ['other:host'], mode: 'Ephemeral', minRunners: 0, maxRunners: 40 }, others(lab));
  for (let second = 0; second < seconds && !isOver(); second += 1) {
    if (second % every === 0) lab.queue(`of others ${second}`, Math.max(30_000, every * 2_000), { runsOn: ['other'] });
    await lab.clock.advance(1_000);
  }
}

async function idleOne(lab: Lab): Promise<{ readonly name: string; readonly pod: string }> {
  await lab.until('one is idle', () => lab.status().counts?.idle === 1, 30_000);
  const [pod] = lab.pods();
  return { name: pod?.metadata.labels?.[LABEL_RUNNER] ?? '', pod: pod?.metadata.name ?? '' };
}

function isRegistered(lab: Lab, name: string): boolean {
  return lab.forgejo.runners().some((row) => row.name === name);
}

const cutOff = { kind: 'nodeLost', afterMs: 0, tolerationMs: 30_000 } as const;

it.each([
  { every: 30, seconds: 150, because: 'between two of them its answers count' },
  { every: 3, seconds: 300, because: 'it is always being asked, and has to be left alone to be seen polling' },
])(
  'an idle runner is cut off with its node, others begin a task each $every s: it is gone in $seconds s ($because)',
  async ({ every, seconds }) => {
    const lab = await openBusyLab({ minRunners: 1 });
    const { name, pod } = await idleOne(lab);
    lab.cluster.inject('ci', pod, cutOff);
    await beBusy(lab, seconds, () => !isRegistered(lab, name), every);
    expect(isRegistered(lab, name)).toBe(false);
    lab.close();
  },
);

it.each([
  { poll: 300, latencyMs: 0, because: 'its list of the queue is minutes old' },
  { poll: 2, latencyMs: 3_500, because: 'its own read takes longer than a list may be old' },
])('the same in a pool that polls every $poll s, at $latencyMs ms an answer: $because', async ({ poll, latencyMs }) => {
  const lab = await openLab({ spec: { minRunners: 1, pollIntervalSeconds: poll } });
  await lab.until('one is there', () => lab.pods().length === 1, 30_000);
  await lab.clock.advance(ANYTHING_MS);
  const [name = ''] = lab.rows();
  const [pod] = lab.pods();
  lab.applyPool({ minRunners: 0 });
  lab.cluster.inject('ci', pod?.metadata.name ?? '', cutOff);
  if (latencyMs > 0) lab.forgejo.setFaults([{ fault: { kind: 'latency', ms: latencyMs }, when: { path: '/api/v1/' } }]);
  await lab.until('its row is gone', () => !isRegistered(lab, name), 150_000);
  lab.close();
});

it.each([
  { mode: 'Ephemeral', seconds: 160, because: 'its entrypoint speaks beside it: it has to poll for 125 s' },
  { mode: 'Persistent', seconds: 100, because: 'a daemon has to poll for 65 s' },
])('a pool is orphaned while others always have a task, $mode: nobody can ask its idle runner ($because)', async ({ mode, seconds }) => {
  const lab = await openBusyLab({ mode, minRunners: 1 });
  const { name } = await idleOne(lab);
  lab.cluster.setHookFaults([{ fault: { kind: 'drop' }, hooks: ['finalize'], times: 4 }]);
  lab.deletePool('Orphan');
  await beBusy(lab, seconds, () => !isRegistered(lab, name));
  expect(isRegistered(lab, name)).toBe(false);
  expect(lab.leftBehind).toEqual([]);
  lab.close();
});

it.each([
  { how: 'is drained', disrupt: (lab: Lab, pod: string) => lab.cluster.delete('Pod', 'ci', pod) },
  {
    how: 'is evicted for its memory, and stays to be seen',
    disrupt: (lab: Lab, pod: string) => lab.cluster.inject('ci', pod, { kind: 'nodePressure', afterMs: 0, resource: 'memory' }),
  },
])('a daemon of an orphaned pool $how, and the next Pod finds no node: the pool does not wait for its time-out', async ({ disrupt }) => {
  const lab = await openLab({ spec: { mode: 'Persistent', minRunners: 1 } });
  const { name, pod } = await idleOne(lab);
  lab.cluster.armPodFault({ kind: 'unschedulable', message: '0/1 nodes are available' }, { times: 9 });
  lab.cluster.setHookFaults([{ fault: { kind: 'drop' }, hooks: ['finalize'], times: 4 }]);
  lab.deletePool('Orphan');
  await lab.until('it is orphaned', () => lab.status().runners?.[0]?.phase === 'draining', 30_000);
  disrupt(lab, pod);
  await lab.until('the pool is gone', () => lab.cluster.get('RunnerPool', 'ci', 'pool') === undefined, 240_000);
  expect(isRegistered(lab, name)).toBe(false);
  expect(lab.leftBehind).toEqual([]);
  lab.close();
});

it('the Job of a runner whose Pod finds no node is deleted by hand and its Pod left: its job does not wait for it', async () => {
  const lab = await openLab();
  lab.cluster.armPodFault({ kind: 'unschedulable', message: '0/1 nodes are available' });
  const handle = lab.queue('a job', 1_000);
  await lab.until('its Pod waits', () => lab.pods().length === 1, 30_000);
  const [name = ''] = lab.rows();
  lab.cluster.delete('Job', 'ci', name, { propagation: 'Orphan' });
  await lab.until('another runner has done it', () => lab.job(handle).status === 'success', 240_000);
  expect(isRegistered(lab, name)).toBe(false);
  lab.close();
});

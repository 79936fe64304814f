/** Item 3: `kubectl drain`, a spot notice, an autoscaler. TERM breaks off no task within the grace that the node gives. */
import { describe, expect, it } from 'vitest';
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import { openLab } from './support/lab.ts';

const SPECS = {
  assigned: { minRunners: 0 },
  warm: { minRunners: 1 },
  daemon: { mode: 'Persistent', minRunners: 1, maxRunners: 1 },
} as const;

describe('the Pod of a runner', () => {
  it.each(Object.entries(SPECS))('says that it must not be disturbed, and gets the time to end its job (%s)', async (_kind, spec) => {
    const lab = await openLab({ spec: { ...spec, jobTimeoutSeconds: 1234 } });
    lab.queue('long', 60_000);
    await lab.until('a Pod is there', () => lab.pods().length > 0, 30_000);
    const [pod] = lab.pods();
    expect(pod?.spec.terminationGracePeriodSeconds).toBe(1294);
    expect(pod?.metadata.annotations).toMatchObject({
      'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
      'karpenter.sh/do-not-disrupt': 'true',
    });
    expect(pod?.spec.containers[0]?.lifecycle?.preStop?.exec?.command).toBeDefined();
    lab.close();
  });
});

describe('a node is drained', () => {
  it.each([
    { kind: 'warm', spec: SPECS.warm },
    { kind: 'daemon', spec: SPECS.daemon },
  ])('an idle $kind runner goes at once, and another takes its place', async ({ spec }) => {
    const lab = await openLab({ spec });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const [pod] = lab.pods();
    const name = pod?.metadata.name ?? '';
    lab.cluster.disrupt('ci', name, 'evicted');
    await lab.until('it is gone', () => !lab.pods().some(({ metadata }) => metadata.name === name), 5_000);
    await lab.until('another is idle', () => lab.status().counts?.idle === 1 && lab.pods().length === 1, 30_000);
    lab.close();
  });

  it.each(Object.entries(SPECS))('a busy runner ends its job first (%s)', async (kind, spec) => {
    const lab = await openLab({ spec });
    if (kind !== 'assigned') await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const handle = lab.queue('long', 90_000);
    await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
    await lab.clock.advance(10_000);
    const { taskId } = lab.job(handle);
    lab.cluster.disrupt('ci', lab.podOf(handle).metadata.name, 'evicted');
    await lab.until('the job has ended', () => lab.job(handle).status !== 'running', 120_000);
    expect(lab.job(handle)).toMatchObject({ status: 'success', taskId });
    lab.close();
  });

  it('a runner that has not fetched yet: its job gets the next attempt at once', async () => {
    const lab = await openLab();
    lab.cluster.armPodFault({ kind: 'slowStart', ms: 20_000 });
    const handle = lab.queue('quick', 2_000);
    await lab.until('its Pod is being started', () => lab.pods().length === 1, 30_000);
    await lab.clock.advance(2_000);
    const [pod] = lab.pods();
    const first = pod?.metadata.labels?.[LABEL_RUNNER];
    lab.cluster.disrupt('ci', pod?.metadata.name ?? '', 'evicted');
    await lab.until('the job has ended well', () => lab.job(handle).status === 'success', 15_000);
    expect(lab.status().recentRunners?.map(({ name, attempt }) => [name === first, attempt])).toContainEqual([true, 1]);
    lab.close();
  });
});

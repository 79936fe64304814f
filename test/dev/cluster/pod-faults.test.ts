import { describe, expect, test } from 'vitest';
import type { PodFault } from '../../../src/dev/cluster/faults.ts';
import type { PodObject } from '../../../src/dev/cluster/objects.ts';
import { deployment, job, NAMESPACE, type RunnerOptions, type Scripted, scripted, secret } from './scripted.ts';

async function start(faults: readonly PodFault[], seconds: number | null, options: RunnerOptions = { handle: 'h' }): Promise<Scripted> {
  const world = scripted();
  world.tasks.set('runner-1', { seconds });
  world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid()), job('runner-1', world.poolUid(), options)] });
  for (const fault of faults) world.cluster.armPodFault(fault);
  await world.clock.advance(5000);
  return world;
}

function podOf(world: Scripted): PodObject {
  const [pod] = world.cluster.list('Pod', NAMESPACE);
  if (pod === undefined) throw new Error('no Pod');
  return pod;
}

function stateOf(world: Scripted): unknown {
  return podOf(world).status.containerStatuses?.find(({ name }) => name === 'runner')?.state;
}

describe('an armed fault', () => {
  test('hits as many Pods as it says, and no more', async () => {
    const world = scripted();
    world.cluster.armPodFault({ kind: 'startError', message: 'no such file' }, { times: 2 });
    const names = ['runner-1', 'runner-2', 'runner-3'];
    for (const name of names) world.tasks.set(name, { seconds: 60 });
    world.answer = () => ({
      status: {},
      children: names.flatMap((name) => [secret(name, world.poolUid()), job(name, world.poolUid(), { handle: 'h' })]),
    });
    await world.clock.advance(5000);
    expect(world.cluster.list('Pod').map(({ status }) => status.phase)).toEqual(['Failed', 'Failed', 'Running']);
    expect(world.cluster.struck.get('startError')).toBe(2);
  });

  test('hits the Pods of its prefix only', async () => {
    const world = scripted();
    world.cluster.armPodFault({ kind: 'refused', message: 'exceeded quota: q' }, { podPrefix: 'runner-2' });
    for (const name of ['runner-1', 'runner-2']) world.tasks.set(name, { seconds: 60 });
    world.answer = () => ({
      status: {},
      children: ['runner-1', 'runner-2'].map((name) => job(name, world.poolUid(), { handle: 'h' })),
    });
    await world.clock.advance(3000);
    expect(world.cluster.list('Pod').map(({ metadata }) => metadata.name.slice(0, 8))).toEqual(['runner-1']);
    expect(world.cluster.struck).toEqual(new Map([['refused', 1]]));
  });
});

test.each([0, 1, 2, 75, 137, 143])('a runner that ends with %i in mid-task reports nothing more', async (code) => {
  const world = await start([{ kind: 'exits', code, afterMs: 2000 }], 60);
  expect(stateOf(world)).toMatchObject({ terminated: { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' } });
  expect(world.finished.size).toBe(0);
  expect(world.cluster.processes()).toEqual([]);
  await world.clock.advance(3000);
  const types = (world.cluster.get('Job', NAMESPACE, 'runner-1')?.status?.conditions ?? []).map(({ type }) => type);
  expect(types).toContain(code === 0 ? 'Complete' : 'Failed');
});

describe('a Pod that does not start', () => {
  test('an image that does not come: ErrImagePull and ImagePullBackOff by turns, then it starts', async () => {
    const world = await start([{ kind: 'imagePullFails', forMs: 50_000 }], 5);
    const seen: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      const state = JSON.stringify(stateOf(world));
      const reason = /"(ErrImagePull|ImagePullBackOff)"/.exec(state)?.[1];
      if (reason !== undefined && reason !== seen.at(-1)) seen.push(reason);
      await world.clock.advance(2000);
    }
    expect(seen).toEqual(['ErrImagePull', 'ImagePullBackOff', 'ErrImagePull', 'ImagePullBackOff']);
    expect(world.finished.has('runner-1')).toBe(true);
  });

  test('a volume that is not there: ContainerCreating, and nothing says why', async () => {
    const world = await start([{ kind: 'mountFails' }], 5);
    await world.clock.advance(600_000);
    expect(stateOf(world)).toEqual({ waiting: { reason: 'ContainerCreating' } });
    expect(podOf(world).status.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodReadyToStartContainers', status: 'False', reason: 'PodSandboxNotReady' }),
    );
  });

  test('a sidecar whose probe never passes: the runner waits in PodInitializing', async () => {
    const world = await start([{ kind: 'sidecarUnready' }], 5, { handle: 'h', sidecar: true });
    await world.clock.advance(600_000);
    expect(stateOf(world)).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(podOf(world).status.initContainerStatuses).toMatchObject([{ name: 'dind', started: false, state: { running: {} } }]);
  });
});

test('a sidecar that ignores TERM holds up the Job for the grace period, and its end does not count', async () => {
  const world = await start([{ kind: 'sidecarDeaf' }], 2, { handle: 'h', sidecar: true, graceSeconds: 20 });
  expect(stateOf(world)).toMatchObject({ terminated: { exitCode: 0 } });
  expect(podOf(world).status.phase).toBe('Running');
  await world.clock.advance(25_000);
  expect(podOf(world).status).toMatchObject({
    phase: 'Succeeded',
    initContainerStatuses: [{ state: { terminated: { exitCode: 137 } } }],
  });
});

describe('a Pod that is deleted by force', () => {
  async function busy(fault: PodFault | null): Promise<Scripted> {
    const world = await start(fault === null ? [] : [fault], 300);
    world.cluster.delete('Pod', NAMESPACE, podOf(world).metadata.name, { graceSeconds: 0 });
    return world;
  }

  test('its runner is killed, and its Job fails', async () => {
    const world = await busy(null);
    await world.clock.advance(5000);
    expect(world.cluster.processes()).toEqual([]);
    expect(world.finished.size).toBe(0);
    expect(world.cluster.get('Job', NAMESPACE, 'runner-1')?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', status: 'True' }),
    );
  });

  test('on a node that is cut off it stays as long as its Job does, and vanishes with it while the runner lives', async () => {
    const world = await busy({ kind: 'nodeLost', afterMs: 1000, tolerationMs: 600_000 });
    await world.clock.advance(60_000);
    expect(podOf(world).metadata).toMatchObject({ deletionGracePeriodSeconds: 0 });
    world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid())] });
    world.cluster.delete('Job', NAMESPACE, 'runner-1');
    await world.clock.advance(1000);
    expect(world.cluster.list('Pod')).toEqual([]);
    expect(world.cluster.processes()).toMatchObject([{ runner: 'runner-1', taskId: 1 }]);
  });
});

describe('a Pod that the kubelet evicts', () => {
  const LOW: PodFault = { kind: 'nodePressure', afterMs: 0, resource: 'memory' };

  test('a deleted one ends at once, and not with its grace', async () => {
    const world = await start([], 300);
    const { name } = podOf(world).metadata;
    world.cluster.delete('Pod', NAMESPACE, name);
    await world.clock.advance(2000);
    world.cluster.inject(NAMESPACE, name, LOW);
    await world.clock.advance(2000);
    expect(world.cluster.get('Pod', NAMESPACE, name)).toBeUndefined();
    expect(world.cluster.processes()).toEqual([]);
  });

  test('that of a Deployment stays as Failed, and another Pod takes its place', async () => {
    const world = scripted();
    world.tasks.set('runner-1', { seconds: 300 });
    world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid()), deployment('runner-1', world.poolUid())] });
    await world.clock.advance(5000);
    world.cluster.inject(NAMESPACE, podOf(world).metadata.name, LOW);
    await world.clock.advance(5000);
    const pods = world.cluster.list('Pod', NAMESPACE).map(({ status: { phase, reason } }) => [phase, reason]);
    expect(pods).toEqual([
      ['Failed', 'Evicted'],
      ['Running', undefined],
    ]);
    expect(world.cluster.processes().length).toBe(1);
  });
});

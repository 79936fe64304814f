import { expect, test } from 'vitest';
import { deployment, job, NAMESPACE, scripted, secret } from './scripted.ts';

test.each([
  { kind: 'Job', workload: job },
  { kind: 'Deployment', workload: deployment },
])('the runner of a $kind is listed from its start to its end, with the task that it works on', async ({ workload }) => {
  const world = scripted();
  world.tasks.set('runner-1', { seconds: null });
  world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid()), workload('runner-1', world.poolUid())] });
  expect(world.cluster.processes()).toEqual([]);
  await world.clock.advance(3000);
  const [pod] = world.cluster.list('Pod', NAMESPACE);
  const idle = { namespace: NAMESPACE, pod: pod?.metadata.name, runner: 'runner-1', uuid: 'runner-1', taskId: null };
  expect(world.cluster.processes()).toEqual([idle]);

  world.tasks.set('runner-1', { seconds: 5 });
  await world.clock.advance(3000);
  expect(world.cluster.processes()).toEqual([{ ...idle, taskId: 1 }]);

  world.cluster.inject(NAMESPACE, pod?.metadata.name ?? '', { kind: 'killed', afterMs: 0, oom: true });
  await world.clock.advance(1);
  expect(world.cluster.processes()).toEqual([]);
});

test('lag changes while running, for one kind or for all', async () => {
  const world = scripted();
  await world.clock.advance(1000);
  const poke = (value: string): void => {
    const metadata = { name: 'pool', namespace: NAMESPACE, annotations: { poke: value } };
    world.cluster.apply({ apiVersion: 'forgejo-runner-operator.dev/v1alpha1', kind: 'RunnerPool', metadata });
  };
  world.cluster.setLag('RunnerPool', { ms: 2000 });
  const before = world.requests.length;
  poke('1');
  await world.clock.advance(1900);
  expect(world.requests).toHaveLength(before);
  await world.clock.advance(200);
  expect(world.requests).toHaveLength(before + 1);
  world.cluster.setLag('all', { ms: 5 });
  poke('2');
  await world.clock.advance(100);
  expect(world.requests).toHaveLength(before + 2);
});

/** Item 11: a namespace that is deleted refuses every new object, ends its Pods first, and takes the token Secret with the rest. */
import { expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

const isGone = (lab: Lab) => () => lab.cluster.get('Namespace', '', 'ci') === undefined;
const created = (lab: Lab): number => lab.forgejo.counters.create ?? 0;

it.each([
  { mode: 'Ephemeral', minRunners: 1 },
  { mode: 'Persistent', minRunners: 2 },
])('$mode: nothing is registered or rendered any more, the task ends well, and every row goes before the token Secret', async (spec) => {
  const lab = await openLab({ spec });
  await lab.until('the minimum is idle', () => lab.status().counts?.idle === spec.minRunners, 30_000);
  const handle = lab.queue('long', 40_000);
  await lab.until('it is taken, and the minimum filled', () => lab.status().counts?.busy === 1 && lab.status().counts?.idle === 1, 30_000);

  const before = created(lab);
  lab.cluster.delete('Namespace', '', 'ci');
  await lab.clock.advance(100);
  for (const name of ['one', 'two', 'three']) lab.queue(name, 1_000, { runsOn: ['docker'] });
  await lab.clock.advance(20_000);
  expect(lab.job(handle).status).toBe('running');
  expect(lab.condition('ScalingLimited')).toBe('ScalingLimited=True NamespaceTerminating');
  await lab.until('the namespace is gone', isGone(lab), 300_000);

  expect(created(lab), 'a registration made now would have no Secret, again and again').toBe(before);
  expect(lab.cluster.events, 'nothing is answered that can not be created').toEqual([]);
  expect(lab.job(handle).status).toBe('success');
  expect(lab.forgejo.runners(), 'what ended was deregistered while there was a token').toEqual([]);
  expect(lab.leftBehind).toEqual([]);
  lab.close();
});

it('a restarted operator that has never seen the token lets the pool go after a minute, and says what it left', async () => {
  const lab = await openLab({ spec: { minRunners: 1 } });
  await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
  const names = lab.rows();
  lab.forgejo.setFaults([{ fault: { kind: 'refuse' } }]);
  lab.cluster.delete('Namespace', '', 'ci');
  await lab.until('the token Secret is gone', () => lab.cluster.get('Secret', 'ci', 'token') === undefined, 300_000);
  lab.restartOperator();
  lab.forgejo.setFaults([]);
  await lab.until('the namespace is gone', isGone(lab), 120_000);
  expect({ rows: lab.forgejo.runners().map(({ name }) => name), said: lab.leftBehind }).toEqual({ rows: names, said: names });
  lab.close();
});

it('an operator that has seen the token deregisters with it although its Secret is gone', async () => {
  const lab = await openLab({ spec: { minRunners: 1 } });
  await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
  lab.forgejo.setFaults([{ fault: { kind: 'refuse' } }]);
  lab.cluster.delete('Namespace', '', 'ci');
  await lab.until('the token Secret is gone', () => lab.cluster.get('Secret', 'ci', 'token') === undefined, 300_000);
  lab.forgejo.setFaults([]);
  await lab.until('the namespace is gone', isGone(lab), 120_000);
  expect({ rows: lab.forgejo.runners(), said: lab.leftBehind }).toEqual({ rows: [], said: [] });
  lab.close();
});

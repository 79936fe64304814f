/** Item 11: how a pool ends, by kind of deletion and by what its runners are doing. */
import { describe, expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

const isGone = (lab: Lab) => () => lab.cluster.get('RunnerPool', 'ci', 'pool') === undefined;

/** An assigned runner at work and a warm one that is idle; or two daemons, one of them at work. */
async function busyAndIdle(
  mode: 'Ephemeral' | 'Persistent',
): Promise<{ readonly lab: Lab; readonly handle: string; readonly busy: string }> {
  const lab = await openLab({ spec: { mode, minRunners: mode === 'Persistent' ? 2 : 0 } });
  if (mode === 'Persistent') await lab.until('two daemons are idle', () => lab.status().counts?.idle === 2, 30_000);
  const handle = lab.queue('long', 120_000);
  await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
  if (mode === 'Ephemeral') lab.applyPool({ minRunners: 1 });
  await lab.until('one is busy, one idle', () => lab.status().counts?.busy === 1 && lab.status().counts?.idle === 1, 30_000);
  const busy = lab.forgejo.runners().find(({ uuid }) => uuid === lab.job(handle).runnerUuid)?.name ?? '';
  return { lab, handle, busy };
}

const MODES = [
  { mode: 'Ephemeral', because: 'an assigned runner is busy, a warm one idle' },
  { mode: 'Persistent', because: 'one daemon is busy, one idle' },
] as const;

describe.each(MODES)('a pool is deleted: $mode, $because', ({ mode }) => {
  it.each([
    { propagation: 'Background', idleGoneAfterMs: 10_000, because: 'its Pod ends at once, its Secret says who it is' },
    { propagation: 'Foreground', idleGoneAfterMs: 75_000, because: 'its Secret went first: its row goes when Forgejo shows it offline' },
  ] as const)(
    '$propagation: the task ends well, the idle one goes ($because), and nothing is left',
    async ({ propagation, idleGoneAfterMs }) => {
      const { lab, handle, busy } = await busyAndIdle(mode);
      lab.deletePool(propagation);
      await lab.clock.advance(5_000);
      expect(
        lab.pods().map(({ metadata }) => metadata.name),
        'the idle one’s Pod has ended',
      ).toHaveLength(1);
      expect(lab.job(handle).status, 'TERM breaks off no task').toBe('running');
      await lab.until('the idle one’s row is gone', () => lab.rows().every((name) => name === busy), idleGoneAfterMs);

      await lab.until('the pool is gone', isGone(lab), 240_000);
      await lab.clock.advance(2_000);
      expect(lab.job(handle).status).toBe('success');
      expect({ left: lab.leftovers(), said: lab.leftBehind }).toEqual({ left: [], said: [] });
      lab.close();
    },
  );

  it.each([
    { late: false, idleGoneAfterMs: 75_000, because: 'the first finalize still stops it, but its Secret is nobody’s then: offline first' },
    { late: true, idleGoneAfterMs: 85_000, because: 'the garbage collector was faster: nobody sends a TERM, so its registration goes' },
  ])('Orphan, finalize late: $late: the task ends well, and no row is left ($because)', async ({ late, idleGoneAfterMs }) => {
    const { lab, handle, busy } = await busyAndIdle(mode);
    if (late) lab.cluster.setHookFaults([{ fault: { kind: 'drop' }, hooks: ['finalize'], times: 4 }]);
    lab.deletePool('Orphan');
    await lab.until('the idle one’s row is gone', () => lab.rows().join() === busy, idleGoneAfterMs);
    expect(lab.job(handle).status).toBe('running');

    await lab.until('the pool is gone', isGone(lab), 240_000);
    expect(lab.job(handle).status).toBe('success');
    expect(lab.forgejo.runners()).toEqual([]);
    expect(lab.leftBehind).toEqual([]);
    lab.close();
  });
});

it('a pool is deleted while Forgejo is down: it waits, and sweeps when Forgejo is back', async () => {
  const lab = await openLab({ spec: { minRunners: 1 } });
  await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
  lab.forgejo.setFaults([{ fault: { kind: 'refuse' } }]);
  lab.deletePool();
  await lab.clock.advance(300_000);
  expect(isGone(lab)(), 'it is not let go while a registration may be left').toBe(false);
  expect(lab.pods(), 'an idle runner is stopped all the same').toEqual([]);
  lab.forgejo.setFaults([]);
  await lab.until('the pool is gone', isGone(lab), 60_000);
  await lab.clock.advance(2_000);
  expect({ left: lab.leftovers(), said: lab.leftBehind }).toEqual({ left: [], said: [] });
  lab.close();
});

it('a pool is deleted while Forgejo is down for longer than drainTimeoutSeconds: it ends, and says by name what it left', async () => {
  const lab = await openLab({ spec: { minRunners: 1, drainTimeoutSeconds: 60 } });
  await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
  const names = lab.rows();
  lab.forgejo.setFaults([{ fault: { kind: 'refuse' } }]);
  lab.deletePool();
  await lab.until('the pool is gone', isGone(lab), 120_000);
  expect(names).toHaveLength(1);
  expect(lab.leftBehind).toEqual(names);
  expect(lab.forgejo.runners().map(({ name }) => name)).toEqual(names);
  lab.close();
});

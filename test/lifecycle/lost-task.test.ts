/** The quiet cases of item 1: Forgejo shows a job running, the runner that it was given to lives, and nobody works on it. */
import { describe, expect, it } from 'vitest';
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import { type Lab, openLab } from './support/lab.ts';

const WARM = { minRunners: 1, maxRunners: 2 };
const DAEMON = { mode: 'Persistent', minRunners: 1, maxRunners: 1 };

/** Queues a job whose hand-out never arrives at the runner. */
async function loseTheFetch(lab: Lab): Promise<string> {
  const faults = [{ fault: { kind: 'loseAnswer' }, when: { endpoints: ['FetchTask', 'FetchSingleTask'] } }] as const;
  lab.forgejo.setFaults(faults);
  const handle = lab.queue('lost', 60_000);
  await lab.until('the job is handed out', () => lab.job(handle).status === 'running', 30_000);
  lab.forgejo.setFaults([]);
  return handle;
}

function lastLine(lab: Lab, handle: string): string {
  return JSON.stringify(lab.forgejo.log(lab.job(handle).taskId).at(-1));
}

const LOST = 'nobody works on this job: the answer of its fetch got lost';

describe('the answer of a fetch got lost', () => {
  it('of an assigned runner: it has ended without a task, and is asked', async () => {
    const lab = await openLab();
    const handle = await loseTheFetch(lab);
    await lab.until('the job has failed', () => lab.job(handle).status === 'failure', 40_000);
    expect(lastLine(lab, handle)).toContain(LOST);
    await lab.until('it is recorded', () => lab.status().recentRunners?.[0]?.reason === 'FetchLost', 10_000);
    lab.close();
  });

  it.each([
    { kind: 'warm', spec: WARM, withinMs: 170_000 },
    { kind: 'daemon', spec: DAEMON, withinMs: 110_000 },
  ])('of a $kind runner, which loops on: it is asked once, and neither stopped nor replaced for that', async ({ spec, withinMs }) => {
    const lab = await openLab({ spec });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const [name] = lab.rows();
    const handle = await loseTheFetch(lab);
    const counted = new Set<number>();
    await lab.until(
      'the job has failed',
      () => {
        counted.add(lab.forgejo.runners().length);
        return lab.job(handle).status === 'failure';
      },
      withinMs,
    );
    expect(lastLine(lab, handle)).toContain(LOST);
    expect(Math.max(...counted)).toBe(1);
    expect(lab.forgejo.counters.UpdateLog).toBeLessThanOrEqual(4);
    const next = lab.queue('next', 1_000);
    await lab.until('the next job runs', () => lab.job(next).status === 'success', 60_000);
    if (spec === DAEMON) expect(lab.rows()).toEqual([name]);
    lab.close();
  });

  it('while somebody else’s runner works on another job: that one goes on', async () => {
    const lab = await openLab({ spec: WARM });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const long = lab.queue('long', 400_000);
    await lab.until('it runs', () => lab.job(long).status === 'running' && lab.status().counts?.idle === 1, 60_000);
    const handle = await loseTheFetch(lab);
    await lab.until('the job has failed', () => lab.job(handle).status === 'failure', 180_000);
    expect(lab.job(long).status).toBe('running');
    await lab.until('the other has ended well', () => lab.job(long).status === 'success', 400_000);
    lab.close();
  });
});

describe('the container of a persistent runner is restarted in mid-task', () => {
  async function busyDaemon(): Promise<{ readonly lab: Lab; readonly handle: string; readonly pod: string; readonly runner: string }> {
    const lab = await openLab({ spec: DAEMON });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const handle = lab.queue('first', 600_000);
    await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
    await lab.clock.advance(20_000);
    const { metadata } = lab.podOf(handle);
    return { lab, handle, pod: metadata.name, runner: metadata.labels?.[LABEL_RUNNER] ?? '' };
  }

  it('and takes another job: the first one fails, the second goes on', async () => {
    const { lab, handle, pod } = await busyDaemon();
    const second = lab.queue('second', 200_000);
    lab.cluster.inject('ci', pod, { kind: 'killed', afterMs: 0, oom: true });
    await lab.until('the second is taken', () => lab.job(second).status === 'running', 30_000);
    await lab.until('the first has failed', () => lab.job(handle).status === 'failure', 120_000);
    expect(lastLine(lab, handle)).toContain('the runner died: OOMKilled (');
    expect(lab.job(second).status).toBe('running');
    await lab.until('the second has ended well', () => lab.job(second).status === 'success', 250_000);
    lab.close();
  });

  it('again and again: the first job fails', async () => {
    const { lab, handle, pod } = await busyDaemon();
    for (let crash = 0; crash < 6; crash += 1) {
      lab.cluster.inject('ci', pod, { kind: 'exits', afterMs: 0, code: 1 });
      await lab.clock.advance(15_000);
    }
    await lab.until('the first has failed', () => lab.job(handle).status === 'failure', 120_000);
    expect(lastLine(lab, handle)).toContain('it ended with an error');
    lab.close();
  });

  it('a Pod that is evicted in mid-task and runs out its grace is not reported, though another has taken its place', async () => {
    const { lab, handle, pod } = await busyDaemon();
    lab.cluster.inject('ci', pod, { kind: 'evicted', afterMs: 0 });
    const second = lab.queue('second', 100_000);
    await lab.until('the second is taken', () => lab.job(second).status === 'running', 60_000);
    await lab.clock.advance(90_000);
    expect([lab.job(handle).status, lab.job(second).status]).toEqual(['running', 'running']);
    await lab.until('both have ended well', () => [handle, second].every((each) => lab.job(each).status === 'success'), 700_000);
    lab.close();
  });
});

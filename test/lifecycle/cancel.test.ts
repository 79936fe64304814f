/** Item 2: a job that is cancelled in Forgejo ends its Pod within 30 s, and nothing keeps running. */
import { describe, expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

const SPECS = {
  assigned: { minRunners: 0 },
  warm: { minRunners: 1 },
  daemon: { mode: 'Persistent', minRunners: 1, maxRunners: 1 },
} as const;
type RunnerKind = keyof typeof SPECS;

const WITHIN_MS = 30_000;

function runningPods(lab: Lab): readonly string[] {
  return lab
    .pods()
    .filter(({ status }) => status?.phase === 'Running')
    .map(({ metadata }) => metadata.name);
}

describe('a job that is cancelled', () => {
  it.each(['assigned', 'warm', 'daemon'] as const satisfies readonly RunnerKind[])(
    'while a runner works on it (%s): nothing works on it 30 s later',
    async (kind) => {
      const lab = await openLab({ spec: SPECS[kind] });
      if (kind !== 'assigned') await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
      const handle = lab.queue('long', 600_000);
      await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
      await lab.clock.advance(20_000);
      const { taskId } = lab.job(handle);
      const pod = lab.podOf(handle).metadata.name;
      expect(lab.cluster.processes().map((process) => process.taskId)).toContain(taskId);
      lab.forgejo.cancelJob(handle);
      await lab.clock.advance(WITHIN_MS);
      expect(lab.cluster.processes().map((process) => process.taskId)).not.toContain(taskId);
      expect(runningPods(lab).includes(pod)).toBe(kind === 'daemon');
      await lab.until('nothing is left but the minimum', () => lab.forgejo.runners().length === SPECS[kind].minRunners, 60_000);
      if (kind !== 'daemon') expect(lab.status().recentRunners?.[0]).toMatchObject({ reason: 'Cancelled', exitCode: 75 });
      lab.close();
    },
  );

  it('while its runner is only starting: it is stopped at once', async () => {
    const lab = await openLab();
    lab.cluster.armPodFault({ kind: 'imagePullFails' });
    const handle = lab.queue('never', 1_000);
    await lab.until('its Pod waits', () => lab.status().runners?.[0]?.reason === 'ErrImagePull', 30_000);
    lab.forgejo.cancelJob(handle);
    await lab.until('nothing is left', () => lab.pods().length === 0 && lab.forgejo.runners().length === 0, 20_000);
    lab.close();
  });

  it('whose entrypoint can not reach Forgejo: the operator sends TERM within 30 s, which changes nothing until it can', async () => {
    const lab = await openLab();
    const handle = lab.queue('long', 600_000);
    await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
    await lab.clock.advance(20_000);
    lab.forgejo.setFaults([{ fault: { kind: 'refuse' }, when: { path: '/api/actions' } }]);
    lab.forgejo.cancelJob(handle);
    await lab.until(
      'its Pod is being deleted',
      () => lab.pods().every(({ metadata }) => metadata.deletionTimestamp !== undefined),
      WITHIN_MS,
    );
    lab.forgejo.setFaults([]);
    await lab.until('nothing runs any more', () => lab.cluster.processes().length === 0 && lab.pods().length === 0, WITHIN_MS);
    lab.close();
  });
});

import { expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { createEmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';

it('the view of a job is the same value until the job or its repository changes', () => {
  const forgejo = createEmbeddedForgejo({ clock: createVirtualClock(0) });
  forgejo.addUser({ name: 'dev' });
  forgejo.addRepository({ path: 'dev/app' });
  const { handle } = forgejo.queueJob({ repository: 'dev/app', name: 'job', runsOn: ['docker'] });
  const [waiting] = forgejo.jobs();
  expect(waiting).toMatchObject({ handle, status: 'waiting', repository: 'dev/app', runnerUuid: null });
  expect(forgejo.jobs()[0]).toBe(waiting);

  forgejo.renameRepository('dev/app', 'site');
  expect(forgejo.jobs()[0]).toMatchObject({ repository: 'dev/site' });
  forgejo.cancelJob(handle);
  expect(forgejo.jobs()[0]).toMatchObject({ status: 'cancelled' });
  const again = forgejo.rerunJob(handle);
  expect(forgejo.jobs()[0]).toMatchObject({ handle: again.handle, attempt: 2, pastAttempts: [{ handle, result: 'cancelled' }] });
  expect(waiting).toMatchObject({ handle, status: 'waiting', repository: 'dev/app' });
});

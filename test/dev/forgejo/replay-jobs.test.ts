import { describe, expect, it } from 'vitest';
import { createLab, type Lab } from './lab.ts';
import { readRows, replay, type Step } from './replay.ts';
import { fetch, finish, register, rest, runJob, take } from './requests.ts';

function queue(lab: Lab, repository: string, name: string, runsOn: readonly string[]): string {
  return lab.forgejo.queueJob({ repository, name, runsOn }).handle;
}

/** The workflow of jobs.jsonl: every shape of `runs-on`. */
function queueLabels(lab: Lab): void {
  const run = { repository: 'acme/app', run: 1 };
  lab.forgejo.queueJob({ ...run, name: 'plain', runsOn: ['docker'] });
  lab.forgejo.queueJob({ ...run, name: 'arr', runsOn: ['self-hosted', 'linux', 'gpu'] });
  lab.forgejo.queueJob({ ...run, name: 'First pretty name', runsOn: ['self-hosted'] });
  lab.forgejo.queueJob({ ...run, name: 'second', runsOn: ['self-hosted'], needs: ['First pretty name'] });
  lab.forgejo.queueJob({ ...run, name: 'skipped', runsOn: ['self-hosted'] });
  for (const label of ['docker', 'self-hosted']) {
    for (const number of [1, 2]) lab.forgejo.queueJob({ ...run, name: `mat (${label}, ${number})`, runsOn: [label] });
  }
  lab.forgejo.queueJob({ ...run, name: 'novalue', runsOn: [] });
  lab.forgejo.queueJob({ ...run, name: 'empt', runsOn: [''] });
  lab.forgejo.queueJob({ ...run, name: 'sfx', runsOn: ['docker:docker://node:20'] });
}

function queueScopes(lab: Lab): void {
  queue(lab, 'acme/app', 'app', ['docker']);
  queue(lab, 'acme/secret', 'secret', ['docker']);
  queue(lab, 'hidden/deep', 'deep', ['big']);
  queue(lab, 'dev/own', 'own', ['docker']);
  queue(lab, 'dev/priv', 'priv', ['small']);
}

const JOBS_STEPS: readonly Step[] = [23, 24].map((row) => ({
  row,
  because: 'runs and tasks are no part of the runners API',
  instead: true,
}));

/** Dispatches are no part of the runners API: what they queue is queued. */
const SCOPES_STEPS: readonly Step[] = [
  { row: 26, because: 'a dispatch queues a job', instead: true, run: (lab) => void queue(lab, 'acme/app', 'app', ['docker']) },
  { row: 27, because: 'a dispatch queues a job', instead: true, run: (lab) => void queue(lab, 'acme/app', 'app', ['docker']) },
  { row: 28, because: 'a dispatch of an unknown workflow queues none', instead: true },
];

function handleOf(lab: Lab, name: string): string {
  return lab.forgejo.jobs().find((job) => job.name === name && job.status === 'waiting')?.handle ?? '';
}

const STUCK_STEPS: readonly Step[] = [
  { row: 6, because: 'the Actions unit of acme/secret is off', run: (lab) => lab.forgejo.setActionsUnit('acme/secret', false) },
  {
    row: 18,
    because: 'dev/own gets one more job, then it is transferred',
    run: (lab) => {
      queue(lab, 'dev/own', 'own', ['docker']);
      lab.forgejo.transferRepository('dev/own', 'acme');
    },
  },
  {
    row: 24,
    because: 'the old owner gets no job of the transferred repository, its new owner and the repository do; secret runs at its repository',
    run: async (lab) => {
      expect(await runJob(lab, 'user', handleOf(lab, 'own'), ['docker'])).toBe(false);
      expect(await runJob(lab, 'orgs/acme', handleOf(lab, 'own'), ['docker'])).toBe(true);
      expect(await runJob(lab, 'repos/acme/own', handleOf(lab, 'own'), ['docker'])).toBe(true);
      expect(await runJob(lab, 'orgs/acme', handleOf(lab, 'secret'), ['docker'])).toBe(false);
    },
  },
];

describe('replay of the recorded queues', () => {
  it('filters by label, ignores paging, and hides unmet needs', async () => {
    const lab = createLab();
    queueLabels(lab);
    await replay(lab, readRows('jobs.jsonl'), { steps: JOBS_STEPS });
  });

  it('lists jobs by scope, and keeps the jobs of units that are off and of transferred repositories', async () => {
    const lab = createLab();
    queueScopes(lab);
    await replay(lab, readRows('jobs-scopes.jsonl'), { steps: SCOPES_STEPS });
    await replay(lab, readRows('stuck-jobs.jsonl'), { steps: STUCK_STEPS });
  });

  it('lets a runner of a repository take its job with the Actions unit off, and shows it at no endpoint of the repository', async () => {
    const lab = createLab();
    const handle = queue(lab, 'acme/secret', 's', ['docker']);
    const runner = await register(lab, 'repos/acme/secret');
    lab.forgejo.setActionsUnit('acme/secret', false);
    await replay(lab, readRows('unit-off.jsonl'), {
      steps: [
        { row: 2, because: 'the runner takes the job', run: async () => finish(lab, runner, await fetch(lab, runner, handle, ['docker'])) },
        { row: 4, because: 'the unit is switched on', run: () => lab.forgejo.setActionsUnit('acme/secret', true) },
      ],
    });
  });

  it('answers 404 at repositories and runner calls when Actions are disabled', async () => {
    const lab = createLab({ actionsEnabled: false, rootUrl: 'http://127.0.0.1:3301' });
    await replay(lab, readRows('actions-disabled.jsonl'), { root: 'http://127.0.0.1:3301' });
  });

  it('pages 65 runners with all the traps', async () => {
    const lab = createLab();
    for (let n = 0; n < 3; n += 1) await register(lab, 'admin');
    for (let n = 0; n < 65; n += 1) {
      await rest(lab, 'POST', '/api/v1/orgs/hidden/actions/runners', 'DEV_ALL', { name: `p${n}` });
    }
    await replay(lab, readRows('paging.jsonl'));
  });

  it('shows a taken job as running, with its task', async () => {
    const lab = createLab();
    const handle = queue(lab, 'acme/app', 'slow', ['self-hosted']);
    const { taskId } = await take(lab, 'repos/acme/app', handle, ['self-hosted']);
    const answer = await rest(lab, 'GET', '/api/v1/repos/acme/app/actions/runners/jobs', 'DEV_ALL');
    expect(JSON.parse(answer.body)).toMatchObject([{ handle, status: 'running', task_id: Number(taskId) }]);
  });
});

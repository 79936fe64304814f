/** Item 13: what becomes of a pool whose repository or organization is renamed, transferred, closed or deleted under it. */
import { describe, expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

const isGone = (lab: Lab) => () => lab.cluster.get('RunnerPool', 'ci', 'pool') === undefined;
const deleted = (lab: Lab): number => lab.forgejo.counters.delete ?? 0;

const MOVES = [
  {
    because: 'the repository was renamed: 301',
    scope: 'repository',
    reason: 'ScopeMoved',
    away: ({ forgejo }: Lab) => forgejo.renameRepository('acme/app', 'application'),
    back: ({ forgejo }: Lab) => forgejo.renameRepository('acme/application', 'app'),
  },
  {
    because: 'the repository was transferred: 301',
    scope: 'repository',
    reason: 'ScopeMoved',
    away: ({ forgejo }: Lab) => forgejo.transferRepository('acme/app', 'umbrella'),
    back: ({ forgejo }: Lab) => forgejo.transferRepository('umbrella/app', 'acme'),
  },
  {
    because: 'the Actions unit was switched off: 404',
    scope: 'repository',
    reason: 'ScopeNotFound',
    away: ({ forgejo }: Lab) => forgejo.setActionsUnit('acme/app', false),
    back: ({ forgejo }: Lab) => forgejo.setActionsUnit('acme/app', true),
  },
  {
    because: 'the organization was renamed: 307',
    scope: 'organization',
    reason: 'ScopeMoved',
    away: ({ forgejo }: Lab) => forgejo.renameOrganization('acme', 'acme-ltd'),
    back: ({ forgejo }: Lab) => forgejo.renameOrganization('acme-ltd', 'acme'),
  },
] as const;

describe.each(MOVES)('$because', ({ scope, reason, away, back }) => {
  it('the task goes on to its end, nothing is dropped or deregistered, and all goes on when it is undone', async () => {
    const lab = await openLab({ scope, spec: { minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const busy = lab.queue('busy', 30_000);
    await lab.until(
      'it is taken, and the minimum filled',
      () => lab.status().counts?.busy === 1 && lab.status().counts?.idle === 1,
      30_000,
    );
    const pods = lab.pods().length;
    const rows = lab.rows();
    away(lab);
    await lab.clock.advance(15_000);
    expect(lab.condition('Authorized')).toBe(`Authorized=False ${reason}`);
    expect({ pods: lab.pods().length, rows: lab.rows() }, 'a row that can not be seen is not a row that is gone').toEqual({ pods, rows });
    await lab.clock.advance(60_000);
    expect(lab.job(busy).status).toBe('success');
    expect(deleted(lab)).toBe(0);

    back(lab);
    const late = lab.queue('late', 1_000);
    await lab.until('the next job is done', () => lab.job(late).status === 'success', 120_000);
    await lab.until('the pool is as it was', () => lab.status().counts?.idle === 1 && lab.rows().length === 1, 60_000);
    expect(lab.condition('Authorized')).toBe('Authorized=True TokenAccepted');
    lab.close();
  });

  it('a pool that is deleted meanwhile lets the task end, ends itself, and says what it left', async () => {
    const lab = await openLab({ scope, spec: { minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const busy = lab.queue('busy', 150_000);
    await lab.until(
      'it is taken, and the minimum filled',
      () => lab.status().counts?.busy === 1 && lab.status().counts?.idle === 1,
      30_000,
    );
    const idle = lab.forgejo.runners().find(({ uuid }) => uuid !== lab.job(busy).runnerUuid)?.name;
    away(lab);
    await lab.clock.advance(5_000);
    lab.deletePool();
    await lab.until('the pool is gone', isGone(lab), 300_000);
    expect(lab.job(busy).status).toBe('success');
    expect(
      lab.forgejo.runners().map(({ name }) => name),
      'the idle one’s row can not be reached',
    ).toEqual([idle]);
    expect(lab.leftBehind).toContain(idle);
    lab.close();
  });
});

describe('an organization’s pool', () => {
  it('whose repository has its Actions unit switched off: its job stays listed, is tried with a back-off, and others are served', async () => {
    const lab = await openLab();
    const held = lab.queue('held', 1_000);
    lab.forgejo.setActionsUnit('acme/app', false);
    await lab.clock.advance(120_000);
    const others = [lab.queue('other', 1_000, { repository: 'acme/site' })];
    await lab.until('others are served', () => others.every((handle) => lab.job(handle).status === 'success'), 15_000);
    expect(lab.job(held).status).toBe('waiting');
    expect(lab.forgejo.counters.create, '5, 10, 20, 40 s between the tries').toBeLessThanOrEqual(8);
    expect(lab.status().backoff?.map(({ key }) => key)).toContain(held);
    lab.forgejo.setActionsUnit('acme/app', true);
    await lab.until('it is served', () => lab.job(held).status === 'success', 200_000);
    await lab.until('nothing is registered', () => lab.rows().length === 0, 30_000);
    lab.close();
  });

  it('whose repository was transferred: the old job can never be taken and is tried seldom; it leaves the queue with its cancel', async () => {
    const lab = await openLab();
    const held = lab.queue('held', 1_000, { repository: 'acme/site' });
    lab.forgejo.transferRepository('acme/site', 'umbrella');
    await lab.clock.advance(600_000);
    expect(lab.job(held).status).toBe('waiting');
    expect(lab.forgejo.counters.create, 'every five minutes at last').toBeLessThanOrEqual(9);
    const others = lab.queue('other', 1_000);
    await lab.until('others are served', () => lab.job(others).status === 'success', 15_000);
    lab.forgejo.cancelJob(held);
    await lab.until('it is forgotten', () => lab.status().backoff?.length === 0 && lab.rows().length === 0, 30_000);
    lab.close();
  });

  it('one of whose repositories is deleted with a task under way: its runner ends and nothing leaks', async () => {
    const lab = await openLab();
    lab.queue('long', 600_000, { repository: 'acme/site' });
    await lab.until('it is taken', () => lab.status().counts?.busy === 1, 30_000);
    lab.forgejo.deleteRepository('acme/site');
    await lab.until(
      'nothing is left',
      () => lab.rows().length === 0 && lab.pods().every(({ status }) => status?.phase !== 'Running'),
      900_000,
    );
    lab.close();
  });
});

it('a repository that is deleted under its pool takes its registrations along; the pool ends without anything left', async () => {
  const lab = await openLab({ scope: 'repository', spec: { minRunners: 1 } });
  await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
  lab.forgejo.deleteRepository('acme/app');
  await lab.clock.advance(30_000);
  expect(lab.condition('Authorized')).toBe('Authorized=False ScopeNotFound');
  lab.deletePool();
  await lab.until('the pool is gone', isGone(lab), 120_000);
  await lab.clock.advance(1_000);
  expect(lab.leftovers()).toEqual([]);
  lab.close();
});

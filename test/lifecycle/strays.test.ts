/**
 * Item 12: a registration of ours that nobody uses any more goes, at every scope and however it came to be; a row of anybody
 * else never does.
 */
import { describe, expect, it } from 'vitest';
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import { type Lab, openLab, type ScopeKind } from './support/lab.ts';

const SCOPES: readonly ScopeKind[] = ['instance', 'organization', 'user', 'repository'];
const isGone = (lab: Lab) => () => lab.cluster.get('RunnerPool', 'ci', 'pool') === undefined;
const rowNames = (lab: Lab): readonly string[] => lab.forgejo.runners().map(({ name }) => name);

describe.each(SCOPES)('our own strays, scope %s', (scope) => {
  it('after a lost answer of a registration: the next attempt does the job, the stray goes', async () => {
    const lab = await openLab({ scope });
    lab.forgejo.setFaults([{ fault: { kind: 'loseAnswer' }, when: { endpoints: ['create'] }, times: 1 }]);
    const handle = lab.queue('build', 2_000);
    await lab.until('the POST was done and its answer lost', () => rowNames(lab).length === 1, 10_000);
    const [stray = ''] = rowNames(lab);
    await lab.until('the job is done', () => lab.job(handle).status === 'success', 60_000);
    await lab.until('nothing is registered', () => rowNames(lab).length === 0, 60_000);
    expect(lab.forgejo.deletions().map(({ name }) => name)).toContain(stray);
    lab.close();
  });

  it('after a crash between the POST and the answer: nobody has the token, so another name does the job', async () => {
    const lab = await openLab({ scope });
    lab.cluster.setHookFaults([{ fault: { kind: 'loseAnswer' }, hooks: ['sync'] }]);
    const handle = lab.queue('build', 2_000);
    await lab.until('the row is there', () => rowNames(lab).length === 1, 10_000);
    const [stray = ''] = rowNames(lab);
    lab.restartOperator();
    lab.cluster.setHookFaults([]);
    await lab.until('the job is done', () => lab.job(handle).status === 'success', 60_000);
    await lab.until('nothing is registered', () => rowNames(lab).length === 0, 60_000);
    expect(lab.forgejo.deletions().map(({ name }) => name)).toEqual([stray]);
    lab.close();
  });

  it('after Job and Secret of an idle runner were deleted by hand: gone once it is offline, and replaced at once', async () => {
    const lab = await openLab({ scope, spec: { minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    // Younger, it would count as one whose answer is on its way.
    await lab.clock.advance(30_000);
    const [stray = ''] = rowNames(lab);
    lab.cluster.delete('Job', 'ci', stray);
    lab.cluster.delete('Secret', 'ci', stray);
    await lab.until('another one is idle', () => lab.status().counts?.idle === 1 && rowNames(lab).length === 2, 30_000);
    await lab.until('the stray is gone', () => !rowNames(lab).includes(stray), 90_000);
    lab.close();
  });

  it('after the pool was deleted while Forgejo was down: swept when it is back', async () => {
    const lab = await openLab({ scope, spec: { minRunners: 2 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 2, 30_000);
    lab.forgejo.setFaults([{ fault: { kind: 'refuse' } }]);
    lab.deletePool('Foreground');
    await lab.clock.advance(120_000);
    lab.forgejo.setFaults([]);
    await lab.until('the pool is gone', isGone(lab), 120_000);
    await lab.clock.advance(1_000);
    expect({ left: lab.leftovers(), said: lab.leftBehind }).toEqual({ left: [], said: [] });
    lab.close();
  });

  it('never touches a row of others, while the pool lives and when it ends', async () => {
    const lab = await openLab({ scope, spec: { minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const uid = lab.poolUid();
    const ours = `forgejo-runner-operator pool=${uid} handle=- attempt=1 created=2026-11-20T00:00:00.000Z`;
    const [name = ''] = rowNames(lab);
    const rows = [
      { name, description: '', because: 'the name of a runner of ours' },
      { name: 'ci-pool-aaaaaaaaaa', description: 'made by hand', because: 'our prefix' },
      { name: 'more', description: `${ours} (copied)`, because: 'more behind it' },
      { name: 'before', description: ` ${ours}`, because: 'more before it' },
      { name: 'longer-uid', description: ours.replace(uid, `${uid}0`), because: 'a longer uid' },
      { name: 'shorter-uid', description: ours.replace(uid, uid.slice(0, -1)), because: 'a shorter uid' },
      { name: 'upper-case-uid', description: ours.replace(uid, uid.toUpperCase()), because: 'a uid is compared letter by letter' },
      { name: 'no-attempt', description: ours.replace(' attempt=1', ''), because: 'a part is missing' },
      { name: 'no-time', description: ours.replace('2026-11-20T00:00:00.000Z', 'long ago'), because: 'no time' },
      { name: 'other-pool', description: ours.replace(uid, '11111111-2222-4333-8444-555555555555'), because: 'another pool’s' },
    ];
    const ids = [];
    for (const row of rows) ids.push(await lab.registerByHand(row));
    ids.push(await lab.registerByHand({ name: 'elsewhere', description: ours, path: '/orgs/umbrella' }));
    await lab.clock.advance(180_000);
    expect(lab.status().counts?.idle, 'they hold nothing up').toBe(1);
    lab.deletePool();
    await lab.until('the pool is gone', isGone(lab), 60_000);
    await lab.clock.advance(1_000);
    expect(lab.forgejo.runners().map(({ id }) => id)).toEqual(ids);
    lab.close();
  });
});

it('a row that was copied word for word is ours: the description is the only mark there is', async () => {
  const lab = await openLab();
  const description = `forgejo-runner-operator pool=${lab.poolUid()} handle=- attempt=7 created=2026-11-20T00:00:00.000Z`;
  const id = await lab.registerByHand({ name: 'copied', description });
  await lab.until('it is swept', () => lab.forgejo.runners().every((row) => row.id !== id), 10_000);
  lab.close();
});

describe('a pool is re-created under the same name', () => {
  it('while the old one’s rows are left: they are not adopted, not swept, and no name is used twice', async () => {
    const lab = await openLab({ spec: { minRunners: 1, drainTimeoutSeconds: 30 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const oldUid = lab.poolUid();
    const old = rowNames(lab);
    lab.forgejo.setFaults([{ fault: { kind: 'refuse' } }]);
    lab.deletePool();
    await lab.until('it gave up', isGone(lab), 120_000);
    expect(lab.leftBehind).toEqual(old);
    lab.forgejo.setFaults([]);

    lab.applyPool();
    expect(lab.poolUid()).not.toBe(oldUid);
    // A server that failed is not asked by every pool at once.
    await lab.until('the new minimum is idle', () => lab.status().counts?.idle === 1, 90_000);
    const fresh = lab.rows();
    expect(fresh.filter((name) => old.includes(name))).toEqual([]);
    await lab.clock.advance(180_000);
    expect(lab.rows(oldUid), 'nobody’s: for the audit').toEqual(old);
    lab.deletePool();
    await lab.until('the new one is gone', isGone(lab), 60_000);
    expect(rowNames(lab)).toEqual(old);
    lab.close();
  });

  it('after an orphan deletion: Jobs, Secrets and Pods of the old one are nobody’s, and its task ends well', async () => {
    const lab = await openLab();
    const handle = lab.queue('long', 60_000);
    await lab.until('the job is taken', () => lab.job(handle).status === 'running', 30_000);
    const [old = ''] = rowNames(lab);
    lab.deletePool('Orphan');
    await lab.until('the pool is gone', isGone(lab), 180_000);
    expect(lab.job(handle).status).toBe('success');

    lab.applyPool({ minRunners: 1 });
    await lab.until('the new minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const orphan = lab.cluster.get('Secret', 'ci', old);
    expect(orphan?.metadata.labels?.[LABEL_RUNNER], 'orphans are the user’s to delete').toBe(old);
    expect(orphan?.metadata.ownerReferences ?? []).toEqual([]);
    expect(lab.status().runners?.map(({ name }) => name)).not.toContain(old);
    lab.close();
  });
});

it('two clusters have a pool of the same name on one scope: each keeps to its own rows, also when one is deleted', async () => {
  const lab = await openLab({ clusters: 2, spec: { minRunners: 1 } });
  const [first, second] = lab.clusters;
  if (first === undefined || second === undefined) throw new Error('there are two clusters');
  await lab.until('both minima are registered', () => rowNames(lab).length === 2, 30_000);
  await lab.clock.advance(5_000);
  const [theirs = ''] = lab.rows(lab.poolUid(second));
  // A node of the other cluster dies: offline is not enough to make a row ours.
  second.inject('ci', lab.pods(second)[0]?.metadata.name ?? '', { kind: 'nodeLost', afterMs: 0 });
  second.inject('ci', lab.pods(second)[0]?.metadata.name ?? '', { kind: 'killed', afterMs: 10, oom: false });
  await lab.clock.advance(100_000);
  lab.deletePool('Background', first);
  await lab.until('the first pool is gone', isGone(lab), 60_000);
  expect(lab.rows(lab.poolUid(second))).toContain(theirs);
  expect(lab.forgejo.deletions().map(({ name }) => name)).not.toContain(theirs);
  lab.close();
});

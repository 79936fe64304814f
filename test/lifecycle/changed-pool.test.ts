/** Item 13: what people change on a pool, and what becomes of the runners that are there. */
import { describe, expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

const succeeded = (lab: Lab, ...handles: readonly string[]): boolean => handles.every((handle) => lab.job(handle).status === 'success');
const running = (lab: Lab, ...handles: readonly string[]): boolean => handles.every((handle) => lab.job(handle).status === 'running');

describe('maxRunners is lowered under load', () => {
  it('Ephemeral: no busy one is touched, the idle warm one above it goes, new demand waits and is served later', async () => {
    const lab = await openLab({ spec: { maxRunners: 4 } });
    const busy = ['a', 'b', 'c'].map((name) => lab.queue(name, 60_000));
    await lab.until('three work', () => running(lab, ...busy), 30_000);
    lab.applyPool({ minRunners: 1 });
    await lab.until('one is idle', () => lab.status().counts?.idle === 1, 30_000);

    lab.applyPool({ minRunners: 1, maxRunners: 2 });
    await lab.until('the idle one is gone', () => lab.rows().length === 3, 15_000);
    const late = lab.queue('late', 1_000);
    await lab.clock.advance(20_000);
    expect(running(lab, ...busy)).toBe(true);
    expect(lab.job(late).status).toBe('waiting');
    expect(lab.condition('ScalingLimited')).toBe('ScalingLimited=True AtMaximum');
    await lab.until('all are done', () => succeeded(lab, ...busy, late), 120_000);
    lab.close();
  });

  it('Persistent: the idle one above it goes at once, a busy one when its job has ended', async () => {
    const lab = await openLab({ spec: { mode: 'Persistent', minRunners: 3, maxRunners: 3 } });
    await lab.until('three are idle', () => lab.status().counts?.idle === 3, 30_000);
    const busy = [lab.queue('a', 60_000), lab.queue('b', 60_000)];
    await lab.until('two work', () => running(lab, ...busy) && lab.status().counts?.busy === 2, 30_000);
    lab.applyPool({ minRunners: 0, maxRunners: 1 });
    await lab.until('the idle one is gone', () => lab.rows().length === 2, 20_000);
    expect(running(lab, ...busy)).toBe(true);
    await lab.until('one is left', () => lab.rows().length === 1, 120_000);
    expect(succeeded(lab, ...busy)).toBe(true);
    lab.close();
  });
});

describe.each(['Ephemeral', 'Persistent'] as const)('a %s pool is paused and resumed', (mode) => {
  it('what runs goes on, what is idle stays, nothing new is made until it is resumed', async () => {
    const lab = await openLab({ spec: { mode, minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const first = lab.queue('first', 60_000);
    await lab.until('it is taken, and the minimum filled', () => running(lab, first) && lab.status().counts?.busy === 1, 30_000);
    await lab.clock.advance(5_000);
    lab.applyPool({ paused: true });
    await lab.clock.advance(3_000);
    const made = lab.forgejo.counters.create ?? 0;
    const handles = ['a', 'b', 'c'].map((name) => lab.queue(name, 1_000));
    await lab.clock.advance(30_000);
    expect(lab.condition('ScalingLimited')).toBe('ScalingLimited=True Paused');
    expect(lab.forgejo.counters.create).toBe(made);
    expect(running(lab, first)).toBe(true);
    lab.applyPool({ paused: false });
    await lab.until('all are done', () => succeeded(lab, first, ...handles), 90_000);
    expect(lab.condition('ScalingLimited')).toBe('ScalingLimited=False WithinLimits');
    lab.close();
  });
});

describe('the labels are changed', () => {
  it('a running one goes on, one that has not begun is stopped, jobs of the old label wait, those of the new one are served', async () => {
    const lab = await openLab();
    const busy = lab.queue('busy', 60_000);
    await lab.until('it is taken', () => running(lab, busy), 30_000);
    lab.cluster.armPodFault({ kind: 'slowStart', ms: 30_000 });
    const starting = lab.queue('starting', 1_000);
    await lab.until('its Pod is there', () => lab.pods().length === 2, 10_000);

    lab.applyPool({ labels: ['gpu:host'] });
    const fresh = lab.queue('fresh', 1_000, { runsOn: ['gpu'] });
    await lab.until('the new label is served', () => succeeded(lab, fresh), 20_000);
    await lab.until('the one that had not begun is gone', () => lab.rows().length === 1, 30_000);
    expect(running(lab, busy)).toBe(true);
    await lab.until('the busy one is done', () => succeeded(lab, busy), 90_000);
    await lab.clock.advance(60_000);
    expect(lab.job(starting).status, 'nobody asks for its label any more').toBe('waiting');
    expect(lab.rows()).toEqual([]);
    lab.close();
  });

  it('a label is added: one that has not begun is made anew, and every job is done', async () => {
    const lab = await openLab();
    lab.cluster.armPodFault({ kind: 'slowStart', ms: 90_000 });
    const starting = lab.queue('starting', 1_000);
    await lab.until('its Pod is there', () => lab.pods().length === 1, 10_000);
    lab.applyPool({ labels: ['docker:host', 'gpu:host'] });
    const fresh = lab.queue('fresh', 1_000, { runsOn: ['docker', 'gpu'] });
    await lab.until('both are done', () => succeeded(lab, starting, fresh), 30_000);
    await lab.until('nothing is registered', () => lab.rows().length === 0, 30_000);
    lab.close();
  });

  it('idle ones are replaced one at a time, so that jobs of the new label are served', async () => {
    const lab = await openLab({ spec: { mode: 'Persistent', minRunners: 2 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 2, 30_000);
    const old = lab.rows();
    lab.applyPool({ labels: ['gpu:host'] });
    const fresh = lab.queue('fresh', 1_000, { runsOn: ['gpu'] });
    await lab.until('the new label is served', () => succeeded(lab, fresh), 60_000);
    await lab.until('all are new', () => lab.rows().length === 2 && lab.rows().every((name) => !old.includes(name)), 60_000);
    lab.close();
  });
});

describe('the token is rotated', () => {
  it('the new one first: nothing is noticed', async () => {
    const lab = await openLab({ spec: { minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    lab.setToken(lab.forgejo.addToken({ user: 'dev', scopes: ['write:organization'] }));
    await lab.clock.advance(100);
    lab.forgejo.revokeToken(lab.apiToken);
    const handle = lab.queue('build', 1_000);
    await lab.until('it is done', () => succeeded(lab, handle), 20_000);
    expect(lab.condition('Authorized')).toBe('Authorized=True TokenAccepted');
    expect(lab.logLines.filter((line) => line.includes('unauthorized'))).toEqual([]);
    lab.close();
  });

  it('the old one is revoked first: runners know nothing of it, nothing is dropped, and the new one serves at once', async () => {
    const lab = await openLab({ spec: { minRunners: 1 } });
    await lab.until('the minimum is idle', () => lab.status().counts?.idle === 1, 30_000);
    const busy = lab.queue('busy', 60_000);
    await lab.until('it is taken', () => running(lab, busy) && lab.status().counts?.busy === 1, 30_000);
    await lab.clock.advance(5_000);
    const before = lab.rows();
    lab.forgejo.revokeToken(lab.apiToken);
    const handles = [lab.queue('a', 1_000), lab.queue('b', 1_000)];
    await lab.clock.advance(30_000);
    expect(lab.condition('Authorized')).toBe('Authorized=False TokenRefused');
    expect(running(lab, busy)).toBe(true);
    expect(before.filter((name) => !lab.rows().includes(name)).length, 'only the warm one has had its job').toBe(1);
    expect(lab.logLines.join(''), 'a 401 echoes the token').not.toContain(lab.apiToken);
    lab.setToken(lab.forgejo.addToken({ user: 'dev', scopes: ['write:organization'] }));
    await lab.until('both are done', () => succeeded(lab, ...handles), 10_000);
    expect(lab.condition('Authorized')).toBe('Authorized=True TokenAccepted');
    await lab.until('the busy one is done', () => succeeded(lab, busy), 60_000);
    lab.close();
  });

  it('from one that may only read to one that may write: what was refused is tried again at once', async () => {
    const lab = await openLab();
    lab.setToken(lab.forgejo.addToken({ user: 'dev', scopes: ['read:organization'] }));
    await lab.clock.advance(1_000);
    const handle = lab.queue('build', 1_000);
    await lab.clock.advance(200_000);
    expect(lab.condition('Authorized')).toBe('Authorized=False TokenScopeTooNarrow');
    lab.setToken(lab.forgejo.addToken({ user: 'dev', scopes: ['write:organization'] }));
    await lab.until('it is done', () => succeeded(lab, handle), 10_000);
    lab.close();
  });

  it('the Secret is gone for a while: said, nothing is dropped, and its return is noticed at once', async () => {
    const lab = await openLab();
    const busy = lab.queue('busy', 60_000);
    await lab.until('it is taken', () => running(lab, busy), 30_000);
    lab.dropTokenSecret();
    const handle = lab.queue('build', 1_000);
    await lab.clock.advance(20_000);
    expect(lab.condition('Authorized')).toBe('Authorized=False TokenSecretMissing');
    expect(running(lab, busy)).toBe(true);
    lab.setToken(lab.apiToken);
    await lab.until('the job is done', () => succeeded(lab, handle), 10_000);
    await lab.until('the busy one is done', () => succeeded(lab, busy), 60_000);
    await lab.until('nothing is registered', () => lab.rows().length === 0, 30_000);
    lab.close();
  });
});

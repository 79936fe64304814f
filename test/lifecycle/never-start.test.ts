/**
 * Item 4: Pods that never start. The Pod's own reason shows at once, a Pod that is not created says how to find out why, and
 * an hour of it costs the registry and the API server little: both modes, warm and assigned runners, a queue of twenty jobs.
 */
import { describe, expect, it } from 'vitest';
import type { PodFault } from '../../src/dev/cluster/faults.ts';
import { type Lab, openLab } from './support/lab.ts';

const JOBS = Array.from({ length: 20 }, (_, index) => `job-${index}`);
const NO_IMAGE: PodFault = { kind: 'imagePullFails' };

/** Every Pod of the pool has that fault. */
async function brokenLab(fault: PodFault, spec: Readonly<Record<string, unknown>>): Promise<Lab> {
  const lab = await openLab({ spec });
  lab.cluster.armPodFault(fault, { times: 10_000 });
  return lab;
}

function readyMessage(lab: Lab): string {
  return lab.status().conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
}

describe('why a Pod does not start', () => {
  it.each([
    {
      because: 'its image can not be pulled',
      fault: NO_IMAGE,
      within: 20_000,
      reason: 'RunnersStuck',
      says: /its Pod waits: (ErrImagePull|ImagePullBackOff)\. kubectl describe pod ci-pool-\w+-\w+ shows why\. Mend /,
    },
    {
      because: 'no node takes it',
      fault: { kind: 'unschedulable', message: '0/3 nodes are available' },
      within: 10_000,
      reason: 'RunnersStuck',
      says: /its Pod waits: Unschedulable\. kubectl describe pod /,
    },
    {
      because: 'a Secret that its environment names is missing',
      fault: { kind: 'waiting', reason: 'CreateContainerConfigError', message: 'secret "x" not found' },
      within: 20_000,
      reason: 'RunnersStuck',
      says: /its Pod waits: CreateContainerConfigError\. kubectl describe pod /,
    },
    {
      because: 'a quota, or an admission webhook',
      fault: { kind: 'refused', message: 'exceeded quota' },
      within: 45_000,
      reason: 'PodNotCreated',
      says: /kubectl describe job ci-pool-\w+ shows why/,
    },
    {
      because: 'a Secret that it mounts is missing, which only its events tell',
      fault: { kind: 'mountFails' },
      within: 130_000,
      reason: 'PendingTimeout',
      says: /its Pod waits: ContainerCreating\. kubectl describe pod ci-pool-\w+-\w+ shows why\. /,
    },
  ] as const)('shows: $because', async ({ fault, within, reason, says }) => {
    const lab = await brokenLab(fault, { pendingTimeoutSeconds: 120 });
    lab.queue('a', 1_000);
    await lab.until('the condition says so', () => lab.condition('Ready') === `Ready=False ${reason}`, within);
    expect(readyMessage(lab)).toMatch(says);
    lab.close();
  });
});

describe('an hour with an image that can not be pulled', () => {
  const patient = { maxRunners: 10, pollIntervalSeconds: 15, pendingTimeoutSeconds: 900 };
  const impatient = { ...patient, pendingTimeoutSeconds: 30 };

  it.each([
    { situation: 'assigned runners', spec: patient, jobs: JOBS, most: 40 },
    { situation: 'assigned runners, little patience', spec: impatient, jobs: JOBS, most: 60 },
    { situation: 'warm runners', spec: { ...patient, minRunners: 10 }, jobs: [], most: 30 },
    { situation: 'warm runners, little patience', spec: { ...impatient, minRunners: 10 }, jobs: [], most: 25 },
    { situation: 'warm and assigned runners', spec: { ...patient, minRunners: 5 }, jobs: JOBS, most: 40 },
    { situation: 'persistent runners', spec: { ...patient, mode: 'Persistent' }, jobs: JOBS, most: 30 },
    { situation: 'persistent runners, little patience', spec: { ...impatient, mode: 'Persistent' }, jobs: JOBS, most: 25 },
  ])('$situation: at most $most Pods', async ({ spec, jobs, most }) => {
    const lab = await brokenLab(NO_IMAGE, spec);
    for (const name of jobs) lab.queue(name, 1_000);
    await lab.clock.advance(3_600_000);
    // A registration is a Pod: none is made without, and none is used twice.
    const made = lab.forgejo.counters.create ?? 0;
    expect(made).toBeLessThanOrEqual(most);
    expect(made).toBeGreaterThan(10);
    expect(lab.condition('Ready')).toMatch(/^Ready=False (RunnersStuck|PendingTimeout|StartFailures)$/);
    expect(lab.condition('ScalingLimited')).toBe('ScalingLimited=True StartFailures');
    lab.close();
  });
});

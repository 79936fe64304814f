/** A pool in full swing: everything that a call can change happens in the same one. */
import type { World } from '../../../src/pool/model.ts';
import {
  aJob,
  aRunningJob,
  aWorld,
  endsSeen,
  jobEnd,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  undeclaredRowOf,
  type WorldParts,
  warmTagsOf,
} from '../../pool/support/builders.ts';

const BUSY = tagsOf('busy', { handle: 'handle-busy' });
const COMPLETED = tagsOf('completed', { handle: 'handle-completed' });
const FAILED = tagsOf('failed', { handle: 'handle-failed' });
const IDLE_EXIT = tagsOf('in-vain', { handle: 'handle-in-vain' });
const SURPLUS = warmTagsOf('surplus');
const STRAY = tagsOf('stray', { handle: 'handle-of-old', issuedAt: secondsAgo(3600) });

export function aBusyWorld(pool: NonNullable<WorldParts['pool']> = {}, more: Partial<WorldParts> = {}): World {
  const failure = terminated(137, { reason: 'OOMKilled', finishedAt: secondsAgo(30) });
  return aWorld({
    pool,
    secrets: [secretOf(BUSY), secretOf(COMPLETED), secretOf(FAILED), secretOf(IDLE_EXIT), secretOf(SURPLUS)],
    workloads: [
      jobOf(BUSY),
      jobOf(COMPLETED, { end: jobEnd() }),
      jobOf(FAILED, { end: jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', at: secondsAgo(30) }) }),
      jobOf(IDLE_EXIT, { end: jobEnd() }),
      jobOf(SURPLUS),
    ],
    pods: [
      podOf(BUSY),
      podOf(COMPLETED, { state: terminated(0) }),
      podOf(FAILED, { state: failure }),
      podOf(IDLE_EXIT, { state: terminated(2) }),
      podOf(SURPLUS),
    ],
    rows: [rowOf(BUSY, { status: 'active' }), rowOf(FAILED), rowOf(IDLE_EXIT), rowOf(SURPLUS), undeclaredRowOf(STRAY)],
    jobs: [
      aJob(9, { handle: 'handle-new' }),
      aRunningJob(8, 80, { handle: 'handle-busy' }),
      aRunningJob(7, 70, { handle: 'handle-failed' }),
      aJob(6, { handle: 'handle-in-vain' }),
    ],
    runners: [
      remembered('busy', { handle: 'handle-busy' }),
      remembered('completed', { handle: 'handle-completed', phase: 'busy', worked: true }),
      remembered('failed', { handle: 'handle-failed', phase: 'busy', worked: true, task: 70 }),
      remembered('in-vain', { handle: 'handle-in-vain' }),
      remembered('surplus', { handle: null, phase: 'idle' }),
    ],
    memory: {
      ...endsSeen('completed', 'failed', 'in-vain'),
      firstSeen: new Map([
        ['handle-new', secondsAgo(40)],
        ['handle-busy', secondsAgo(90)],
        ['handle-in-vain', secondsAgo(200)],
      ]),
    },
    now,
    ...more,
  });
}

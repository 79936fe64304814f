/** What a run's pool is, before anybody changes it. */
import type { Random } from '../../src/dev/forgejo/random.ts';
import { between, chance, oneOf, weighted } from './draw.ts';
import { REPOSITORIES } from './names.ts';
import type { Mode, PoolLimits, Scenario, ScheduleWindow, Sharing } from './scenario.ts';

type Drawn = Pick<
  Scenario,
  'limits' | 'sharing' | 'windows' | 'startSecond' | 'pollIntervalSeconds' | 'maxUnavailable' | 'reportDeadRunners'
>;

export function drawSpec(random: Random, mode: Mode): Drawn {
  const choosy = mode === 'Ephemeral' && chance(random, 0.25);
  const limits: PoolLimits = {
    min: choosy ? 0 : oneOf(random, [0, 0, 1, 2]),
    max: between(random, 2, 6),
    jobTimeoutSeconds: oneOf(random, [60, 90]),
    pendingTimeoutSeconds: oneOf(random, [30, 60]),
    idleTimeoutSeconds: oneOf(random, [0, 5, 20]),
  };
  return {
    limits,
    sharing: drawSharing(random, choosy),
    ...(chance(random, 0.18) ? drawWindows(random, limits, choosy) : { windows: [], startSecond: 0 }),
    pollIntervalSeconds: weighted(random, [
      [6, 2],
      [1, 1],
      [3, between(random, 3, 11)],
    ]),
    maxUnavailable: oneOf(random, [1, 1, 2]),
    reportDeadRunners: !chance(random, 0.06),
  };
}

/** `choosy`: no runner of the pool takes any job, so it may be told which it takes. */
function drawSharing(random: Random, choosy: boolean): Sharing {
  return {
    order: chance(random, 0.7) ? 'OldestFirst' : 'RoundRobin',
    maxRunnersPerRepository: chance(random, 0.25) ? between(random, 1, 3) : null,
    maxRunnersPerOwner: chance(random, 0.15) ? between(random, 1, 4) : null,
    choice: choosy && chance(random, 0.7) ? { list: oneOf(random, ['allow', 'deny']), repository: oneOf(random, REPOSITORIES) } : null,
    claimDelaySeconds: choosy && chance(random, 0.6) ? between(random, 1, 15) : 0,
  };
}

/** One that is open at the beginning and closes, one that opens later and closes, or one after the other, or both at once. */
function drawWindows(random: Random, limits: PoolLimits, choosy: boolean): Pick<Drawn, 'windows' | 'startSecond'> {
  const drawWindow = (fromMinute: number): ScheduleWindow => {
    const min = choosy || chance(random, 0.4) ? null : between(random, 0, 4);
    return { fromMinute, minutes: 1, min, max: between(random, min ?? limits.min, 7) };
  };
  const starts = oneOf(random, [[0], [1], [0, 1], [1, 1]]);
  return { windows: starts.map(drawWindow), startSecond: between(random, 25, 58) };
}

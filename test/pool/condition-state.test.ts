import { expect, it } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import { isBad, isTrouble } from '../../src/pool/condition-state.ts';

it.each<Pick<Condition, 'type' | 'status' | 'reason'> & { bad: boolean; trouble: boolean; because: string }>([
  { type: 'Ready', status: 'True', reason: 'RunnersReady', bad: false, trouble: false, because: 'all is well' },
  { type: 'Ready', status: 'False', reason: 'RunnersStuck', bad: true, trouble: true, because: 'it should hold' },
  { type: 'Authorized', status: 'Unknown', reason: 'NotAsked', bad: false, trouble: false, because: 'ForgejoReachable says why' },
  { type: 'SpecValid', status: 'True', reason: 'UnknownFields', bad: true, trouble: true, because: 'it is a warning' },
  { type: 'ImageSupported', status: 'True', reason: 'ImageOld', bad: true, trouble: true, because: 'it is a warning' },
  { type: 'ImageSupported', status: 'True', reason: 'ImageVersionKnown', bad: false, trouble: false, because: 'all is well' },
  { type: 'ScalingLimited', status: 'True', reason: 'AtMaximum', bad: true, trouble: false, because: 'a limit is reached every day' },
  { type: 'ScalingLimited', status: 'False', reason: 'WithinLimits', bad: false, trouble: false, because: 'nothing limits it' },
  { type: 'Draining', status: 'True', reason: 'OutdatedRunners', bad: true, trouble: false, because: 'every change of a spec does that' },
])('$type=$status $reason is shown: $bad, is a warning: $trouble, since $because', ({ bad, trouble, ...condition }) => {
  expect([isBad(condition), isTrouble(condition)]).toEqual([bad, trouble]);
});

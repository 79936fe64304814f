/** The pool's own status, as an earlier answer wrote it: what a restarted process remembers by. */
import {
  type BackoffEntry,
  type Cause,
  ENDED_PHASES,
  LIVE_PHASES,
  type Memory,
  type Phase,
  type RecentRunner,
  type RememberedRunner,
} from '../pool/model.ts';
import { integerAt, objectAt, objectsAt, textAt, timeAt, type WireObject } from './wire.ts';

export type MemoryFromStatus = Pick<Memory, 'runners' | 'backoff' | 'recent' | 'lastWarmAttempt' | 'oldestWaitingSince'>;

/** Anybody with rights on the status may have written it: an entry that is malformed is dropped, never an error. */
export function decodeMemory(status: WireObject): MemoryFromStatus {
  return {
    runners: objectsAt(status, 'runners').flatMap(decodeRunner),
    backoff: objectsAt(status, 'backoff').flatMap(decodeBackoff),
    recent: objectsAt(status, 'recentRunners').flatMap(decodeRecent),
    lastWarmAttempt: attemptAt(status, 'lastWarmAttempt') ?? 0,
    oldestWaitingSince: timeAt(objectAt(status, 'queue'), 'oldestWaitingSince'),
  };
}

/** Fields that are null are not written, so a missing one reads as null. */
function decodeRunner(entry: WireObject): readonly RememberedRunner[] {
  const name = textAt(entry, 'name');
  const phase = textAt(entry, 'phase');
  const since = timeAt(entry, 'since');
  if (name === null || phase === null || !isPhase(phase) || since === null) return [];
  return [
    {
      name,
      phase,
      since,
      outdatedSince: timeAt(entry, 'outdatedSince'),
      handle: textAt(entry, 'handle'),
      job: textAt(entry, 'job'),
      repositoryId: integerAt(entry, 'repositoryId'),
      reason: textAt(entry, 'reason'),
      sinceTask: integerAt(entry, 'sinceTask'),
      lastTask: integerAt(entry, 'lastTask'),
      task: integerAt(entry, 'task'),
      asked: integersAt(entry, 'asked'),
      askedAt: timeAt(entry, 'askedAt'),
      lostTasks: integersAt(entry, 'lostTasks'),
      lostSince: timeAt(entry, 'lostSince'),
      worked: entry['worked'] === true,
      cause: decodeCause(objectAt(entry, 'cause')),
    },
  ];
}

/** It goes into the log of somebody's job: what is not made of plain words is not ours. */
function decodeCause(entry: WireObject): Cause | null {
  const reason = textAt(entry, 'reason');
  const message = textAt(entry, 'message');
  if (reason === null || message === null || !/^\w{1,40}$/.test(reason) || !/^[\w ,.:()-]{1,120}$/.test(message)) return null;
  return { reason, message, exitCode: integerAt(entry, 'exitCode') };
}

function decodeBackoff(entry: WireObject): readonly BackoffEntry[] {
  const key = textAt(entry, 'key');
  const attempts = attemptAt(entry, 'attempts');
  const until = timeAt(entry, 'until');
  const lastRunner = textAt(entry, 'lastRunner');
  if (key === null || attempts === null || until === null || lastRunner === null) return [];
  const failures = attemptAt(entry, 'failures') ?? attempts;
  return [{ key, attempts, failures, until, heldBack: entry['heldBack'] === true, lastRunner }];
}

function decodeRecent(entry: WireObject): readonly RecentRunner[] {
  const name = textAt(entry, 'name');
  const reason = textAt(entry, 'reason');
  const at = timeAt(entry, 'at');
  const attempt = attemptAt(entry, 'attempt');
  if (name === null || reason === null || at === null || attempt === null) return [];
  return [
    {
      name,
      job: textAt(entry, 'job'),
      handle: textAt(entry, 'handle'),
      reason,
      message: textAt(entry, 'message') ?? '',
      exitCode: integerAt(entry, 'exitCode'),
      repositoryId: integerAt(entry, 'repositoryId'),
      at,
      attempt,
    },
  ];
}

function integersAt(entry: WireObject, key: string): readonly number[] {
  const list = entry[key];
  return Array.isArray(list) ? list.filter((item: unknown): item is number => Number.isSafeInteger(item)) : [];
}

/** More than any pool makes; where whole numbers end two runners would have one name. */
const MOST_ATTEMPTS = 1e12;

function attemptAt(parent: WireObject, key: string): number | null {
  const attempt = integerAt(parent, key);
  return attempt !== null && attempt >= 0 && attempt <= MOST_ATTEMPTS ? attempt : null;
}

const PHASES: ReadonlySet<string> = new Set([...LIVE_PHASES, ...ENDED_PHASES]);

function isPhase(text: string): text is Phase {
  return PHASES.has(text);
}

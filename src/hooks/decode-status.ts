/** The pool's own status, as an earlier answer wrote it: what a restarted process remembers by. */
import {
  type BackoffEntry,
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
    lastWarmAttempt: Math.max(0, integerAt(status, 'lastWarmAttempt') ?? 0),
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
      lastTask: integerAt(entry, 'lastTask'),
      task: integerAt(entry, 'task'),
      asked: Array.isArray(entry['asked']) ? entry['asked'].filter(Number.isSafeInteger) : [],
      askedAt: timeAt(entry, 'askedAt'),
      worked: entry['worked'] === true,
    },
  ];
}

function decodeBackoff(entry: WireObject): readonly BackoffEntry[] {
  const key = textAt(entry, 'key');
  const attempts = integerAt(entry, 'attempts');
  const until = timeAt(entry, 'until');
  const lastRunner = textAt(entry, 'lastRunner');
  if (key === null || attempts === null || attempts < 0 || until === null || lastRunner === null) return [];
  return [{ key, attempts, until, heldBack: entry['heldBack'] === true, lastRunner }];
}

function decodeRecent(entry: WireObject): readonly RecentRunner[] {
  const name = textAt(entry, 'name');
  const reason = textAt(entry, 'reason');
  const at = timeAt(entry, 'at');
  const attempt = integerAt(entry, 'attempt');
  if (name === null || reason === null || at === null || attempt === null) return [];
  const message = textAt(entry, 'message') ?? '';
  return [{ name, job: textAt(entry, 'job'), handle: textAt(entry, 'handle'), reason, message, at, attempt }];
}

const PHASES: ReadonlySet<string> = new Set([...LIVE_PHASES, ...ENDED_PHASES]);

function isPhase(text: string): text is Phase {
  return PHASES.has(text);
}

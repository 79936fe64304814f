/** Which running tasks a runner of the pool is known to work on. */
import type { QueuedJob } from './forgejo.ts';
import { isLive, type Judged } from './judge.ts';
import { keptBy } from './kept-by.ts';
import { heldBy } from './open-tasks.ts';

/** Another live slot is at work that was made for that handle, or is known to hold that task. */
export function isExplained(job: QueuedJob, slot: Judged, slots: readonly Judged[]): boolean {
  const { byHandle, byTask } = workersOf(slots);
  const isAnother = (key: string): boolean => key !== slot.key;
  return (byHandle.get(job.handle)?.some(isAnother) ?? false) || (byTask.get(job.taskId)?.some(isAnother) ?? false);
}

/** Keys of live slots. */
interface Workers {
  /** Of those at work. */
  readonly byHandle: ReadonlyMap<string, readonly string[]>;
  readonly byTask: ReadonlyMap<number, readonly string[]>;
}

/** Every runner whose task is not known asks it of up to forty tasks. */
const workersOf = keptBy((slots: readonly Judged[]): Workers => {
  const byHandle = new Map<string, string[]>();
  const byTask = new Map<number, string[]>();
  for (const { key, phase, tags, evidence, remembered } of slots) {
    if (!isLive(phase)) continue;
    if (tags.handle !== null && evidence.row === 'active') add(byHandle, tags.handle, key);
    if (remembered !== null) for (const taskId of heldBy(remembered)) add(byTask, taskId, key);
  }
  return { byHandle, byTask };
});

function add<K>(lists: Map<K, string[]>, of: K, key: string): void {
  const list = lists.get(of);
  if (list === undefined) lists.set(of, [key]);
  else list.push(key);
}

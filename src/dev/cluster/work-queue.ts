/** client-go's work queue: one run per key at a time, a number of workers, delayed and rate-limited adding. */
import type { Tasks } from './tasks.ts';

export interface WorkQueue {
  add(key: string): void;
  /** Of several waiting times of one key the earliest wins; none is ever cancelled. */
  addAfter(key: string, ms: number): void;
  /** 5 ms x 2^n, at most 1000 s, until `forget`. */
  addRateLimited(key: string): void;
  forget(key: string): void;
  /** Forgets everything, as a restart does. */
  reset(): void;
  /** Keys that wait for a worker or are under way. */
  busy(): number;
}

/** A worker needs a moment to wake up: changes that come together are seen together. */
const PICK_UP_MS = 1;
const FIRST_BACK_OFF_MS = 5;
const LONGEST_BACK_OFF_MS = 1_000_000;

export function createWorkQueue(tasks: Tasks, workers: number, run: (key: string) => Promise<void>): WorkQueue {
  const queue: string[] = [];
  const dirty = new Set<string>();
  const processing = new Set<string>();
  const waiting = new Map<string, number>();
  const failures = new Map<string, number>();
  let epoch = 0;

  function add(key: string): void {
    if (dirty.has(key)) return;
    dirty.add(key);
    if (!processing.has(key)) enqueue(key);
  }

  function enqueue(key: string): void {
    const mine = epoch;
    tasks.after(PICK_UP_MS, () => {
      if (mine !== epoch) return;
      queue.push(key);
      pump();
    });
  }

  function pump(): void {
    while (processing.size < workers) {
      const key = queue.shift();
      if (key === undefined) return;
      dirty.delete(key);
      processing.add(key);
      const mine = epoch;
      tasks.spawn(async () => {
        try {
          await run(key);
        } finally {
          if (mine === epoch) {
            processing.delete(key);
            if (dirty.has(key)) enqueue(key);
            pump();
          }
        }
      });
    }
  }

  function addAfter(key: string, ms: number): void {
    const at = tasks.clock.now() + ms;
    const earlier = waiting.get(key);
    if (earlier !== undefined && earlier <= at) return;
    waiting.set(key, at);
    const mine = epoch;
    tasks.after(ms, () => {
      if (mine !== epoch || waiting.get(key) !== at) return;
      waiting.delete(key);
      add(key);
    });
  }

  return {
    add,
    addAfter,
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, Math.min(FIRST_BACK_OFF_MS * 2 ** count, LONGEST_BACK_OFF_MS));
    },
    forget(key) {
      failures.delete(key);
    },
    reset() {
      epoch += 1;
      queue.length = 0;
      for (const set of [dirty, processing]) set.clear();
      for (const map of [waiting, failures]) map.clear();
    },
    busy: () => queue.length + processing.size,
  };
}

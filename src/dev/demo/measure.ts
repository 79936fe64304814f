/** What is seen of the demo while it runs: how long jobs wait for their runner, and how many runners there are at most. */
import { ANNOTATION_HANDLE } from '../../api/keys.ts';
import { textOf } from '../cluster/answer.ts';
import type { HookCall } from '../cluster/hook-caller.ts';

export interface Measure {
  /** Wraps the hooks: the first answer with a Job for a handle ends that handle's wait. */
  watch(call: HookCall): HookCall;
  queued(handle: string): void;
  /** Live runners of a pool, sampled. */
  sample(pool: string, runners: number): void;
  peak(pool: string): number;
  /** Seconds from queued to the Job in the answer; waiting for room counts too. Null when nothing was measured. */
  queueToJobSeconds(): { readonly p50: number | null; readonly p99: number | null };
}

export function createMeasure(now: () => number): Measure {
  const queuedAt = new Map<string, number>();
  const waited = new Map<string, number>();
  const peaks = new Map<string, number>();

  function see(body: string): void {
    for (const handle of handlesIn(JSON.parse(body))) {
      const since = queuedAt.get(handle);
      if (since !== undefined && !waited.has(handle)) waited.set(handle, now() - since);
    }
  }

  return {
    watch: (call) => async (hook, body, signal) => {
      const response = await call(hook, body, signal);
      if (hook === 'sync' && response.status === 200) see(textOf(response));
      return response;
    },
    queued: (handle) => queuedAt.set(handle, now()),
    sample: (pool, runners) => peaks.set(pool, Math.max(runners, peaks.get(pool) ?? 0)),
    peak: (pool) => peaks.get(pool) ?? 0,
    queueToJobSeconds() {
      const sorted = [...waited.values()].toSorted((a, b) => a - b);
      return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
    },
  };
}

interface Answer {
  readonly children?: readonly { readonly kind: string; readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }[];
}

function handlesIn(answer: Answer): readonly string[] {
  const jobs = (answer.children ?? []).filter((child) => child.kind === 'Job');
  return jobs.flatMap((job) => job.metadata.annotations?.[ANNOTATION_HANDLE] ?? []);
}

/** In seconds, to the millisecond. */
function percentile(sortedMs: readonly number[], share: number): number | null {
  const value = sortedMs[Math.min(sortedMs.length - 1, Math.floor(sortedMs.length * share))];
  return value === undefined ? null : Math.round(value) / 1000;
}

/** What the embedded Metacontroller notes down: violations, events, numbers. */
import type { Clock } from '../../clock.ts';
import type { ViolationRule } from './answer.ts';
import type { HookName } from './composite-controller.ts';

export interface Violation {
  readonly rule: ViolationRule;
  /** `namespace/name`. */
  readonly parent: string;
  readonly message: string;
  readonly atMs: number;
}

/** A Warning event on a parent. */
export interface SyncErrorEvent {
  readonly reason: 'SyncError';
  readonly parent: string;
  readonly message: string;
  readonly atMs: number;
}

export interface Counters {
  readonly calls: Record<HookName, number>;
  created: number;
  updated: number;
  deleted: number;
  statusWrites: number;
  timeouts: number;
  errors: number;
}

export interface Observations {
  readonly violations: readonly Violation[];
  readonly events: readonly SyncErrorEvent[];
  readonly counters: Counters;
  violate(rule: ViolationRule, parent: string, message: string): void;
  syncError(parent: string, message: string): void;
}

export function createObservations(clock: Clock): Observations {
  const violations: Violation[] = [];
  const events: SyncErrorEvent[] = [];
  const calls = { sync: 0, finalize: 0, customize: 0 };
  const counters: Counters = { calls, created: 0, updated: 0, deleted: 0, statusWrites: 0, timeouts: 0, errors: 0 };
  return {
    violations,
    events,
    counters,
    violate(rule, parent, message) {
      violations.push({ rule, parent, message, atMs: clock.now() });
    },
    syncError(parent, message) {
      counters.errors += 1;
      events.push({ reason: 'SyncError', parent, message: `Sync error: ${message}`, atMs: clock.now() });
    },
  };
}

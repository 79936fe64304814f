import type { Clock } from '../../clock.ts';

/** What runs by itself in the embedded cluster: all of it ends with `stop`. */
export interface Tasks {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Runs the action once, that many milliseconds from now, unless stopped (or the given signal aborts) before. */
  after(ms: number, action: () => void | Promise<void>, signal?: AbortSignal): void;
  /** Runs the action now, in the background. */
  spawn(action: () => Promise<void>): void;
  /** What the background actions threw: a bug of the embedded cluster, never a part of the simulation. */
  readonly crashes: readonly unknown[];
  stop(): void;
}

export function createTasks(clock: Clock): Tasks {
  const controller = new AbortController();
  const crashes: unknown[] = [];

  async function run(action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!controller.signal.aborted) crashes.push(error);
    }
  }

  return {
    clock,
    signal: controller.signal,
    crashes,
    after(ms, action, signal) {
      const both = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
      void clock.sleep(ms, both).then(() => (both.aborted ? undefined : run(action)));
    },
    spawn(action) {
      void run(action);
    },
    stop() {
      controller.abort();
    },
  };
}

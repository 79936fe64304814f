/** How many hook calls are let in: a call that waits past its 10 s is done twice, one that is told to come again is not. */

export type Refusal = 'concurrency' | 'eventLoop' | 'shutdown';

export interface Admission {
  /** Null: let in, and `leave` must be called once when the answer is out or the caller gone. */
  enter(): Refusal | null;
  leave(): void;
  /** Runs a call to its end, which may come after its caller has gone. */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** From now on nobody is let in. */
  close(): void;
  /** Resolves when no call is running. */
  idle(): Promise<void>;
  readonly inFlight: number;
}

export function createAdmission(limits: {
  readonly maxConcurrent: number;
  readonly maxEventLoopDelayMs: number;
  /** Recent mean delay of the event loop, ms. */
  readonly eventLoopDelayMs: () => number;
}): Admission {
  let open = 0;
  let closed = false;
  const running = new Set<Promise<unknown>>();
  return {
    enter() {
      if (closed) return 'shutdown';
      if (Math.max(open, running.size) >= limits.maxConcurrent) return 'concurrency';
      if (limits.eventLoopDelayMs() > limits.maxEventLoopDelayMs) return 'eventLoop';
      open += 1;
      return null;
    },
    leave() {
      open -= 1;
    },
    async run(call) {
      const result = (async () => call())();
      running.add(result);
      try {
        return await result;
      } finally {
        running.delete(result);
      }
    },
    close() {
      closed = true;
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
    get inFlight() {
      return open;
    },
  };
}

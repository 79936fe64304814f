/** How late the event loop runs: the sign of more work than one thread can do. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const WINDOW_MS = 1000;

export interface EventLoopDelay {
  /** Mean delay in the last second, ms. */
  meanMs(): number;
  stop(): void;
}

export function watchEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let mean = 0;
  const timer = setInterval(() => {
    // Without a sample the mean is NaN; an idle loop shows the resolution itself.
    mean = histogram.count === 0 ? 0 : Math.max(0, histogram.mean / 1e6 - RESOLUTION_MS);
    histogram.reset();
  }, WINDOW_MS).unref();
  return {
    meanMs: () => mean,
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}

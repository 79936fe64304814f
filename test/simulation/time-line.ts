/** A failed run as people read it. */
import type { Violation } from './run.ts';
import type { Scenario } from './scenario.ts';

export function timeLine({ events, seed, world, mode, containerMode, limits, offsetMs, chaosMs }: Scenario, violation: Violation): string {
  const head = `seed ${seed}: ${world}, ${mode}, ${containerMode}, min ${limits.min}, max ${limits.max}, Forgejo's clock ${offsetMs / 1000} s ahead`;
  const lines = events.map(({ at, cluster, do: { kind, ...rest } }) => {
    const where = world === 'clusters' ? ` in cluster ${cluster}` : '';
    return `${seconds(at)}  ${kind}${where} ${JSON.stringify(rest)}`;
  });
  return [
    head,
    ...lines,
    `${seconds(chaosMs)}  faults end`,
    `${seconds(violation.at)}  BROKEN ${violation.invariant}: ${violation.detail}`,
  ].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(8)} s`;
}

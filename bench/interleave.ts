/**
 * Two things side by side on a machine that has other work: many short pairs, each by itself a comparison, with the order
 * changing from pair to pair so that neither always comes second.
 */
import type { Pair } from './measure.ts';

/** Does the work once; resolves to what it took, in the unit of the case. */
export type Work = () => Promise<number> | number;

export interface Interleaving {
  readonly case: string;
  readonly ours: Work;
  readonly beside: Work;
  readonly warmUps: number;
  readonly pairs: number;
}

export async function* interleave(options: Interleaving): AsyncGenerator<Pair> {
  const { ours, beside } = options;
  for (let index = -options.warmUps; index < options.pairs; index += 1) {
    const first = index % 2 === 0 ? await ours() : await beside();
    const second = index % 2 === 0 ? await beside() : await ours();
    if (index >= 0)
      yield index % 2 === 0 ? { case: options.case, ours: first, beside: second } : { case: options.case, ours: second, beside: first };
  }
}

/** Milliseconds that it takes. */
export function timed(work: () => Promise<unknown>): Work {
  return async () => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
}

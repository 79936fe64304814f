/** Many seeds on many cores. */
import { Worker } from 'node:worker_threads';
import { addTallies, EMPTY_TALLY, type Tally } from './tally.ts';
import type { Answer } from './worker.ts';

export interface ManyOptions {
  readonly runs: number;
  readonly firstSeed: number;
  readonly workers: number;
  /** Go on after a failure. */
  readonly keepGoing: boolean;
  /** Called after each run, and with what broke in it. */
  readonly progress?: (done: number, failure: Failure | null) => void;
}

export type Failure = Answer & { readonly result: Exclude<Answer['result'], { kind: 'passed' }> };

export interface Many {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
}

/** Plays seeds, from the first one on, until as many runs count as were asked for: thin ones are replaced by further seeds. */
export async function runMany(options: ManyOptions): Promise<Many> {
  let tally = EMPTY_TALLY;
  const failures: Failure[] = [];
  let nextSeed = options.firstSeed;
  let counted = 0;
  let open = 0;

  function wantsMore(): boolean {
    return counted + failures.length + open < options.runs && (options.keepGoing || failures.length === 0);
  }

  function take({ seed, result }: Answer): void {
    const failure = result.kind === 'passed' ? null : { seed, result };
    if (failure !== null) failures.push(failure);
    else if (result.kind === 'passed') {
      tally = addTallies(tally, result.tally);
      if (result.tally.thin === 0) counted += 1;
    }
    options.progress?.(counted + failures.length, failure);
  }

  async function drive(worker: Worker): Promise<void> {
    while (wantsMore()) {
      open += 1;
      const answered = once(worker);
      worker.postMessage(nextSeed, []);
      nextSeed += 1;
      const answer = await answered;
      open -= 1;
      take(answer);
    }
  }

  const workers = Array.from({ length: Math.min(options.workers, options.runs) }, () => new Worker(new URL('worker.ts', import.meta.url)));
  try {
    await Promise.all(workers.map(drive));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return { tally, failures: failures.toSorted((a, b) => a.seed - b.seed) };
}

/** Rejects when the thread itself fails. */
function once(worker: Worker): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onMessage = (answer: Answer): void => {
    worker.off('error', onError);
    resolve(answer);
  };
  const onError = (error: unknown): void => {
    worker.off('message', onMessage);
    reject(error instanceof Error ? error : new Error(String(error)));
  };
  worker.once('message', onMessage);
  worker.once('error', onError);
  return promise;
}

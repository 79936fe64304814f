/** A thread that plays the scenarios it is sent, one after the other. */
import { parentPort } from 'node:worker_threads';
import { readAssets } from './assets.ts';
import { generateScenario } from './generate.ts';
import { type Result, runScenario } from './run.ts';

export interface Answer {
  readonly seed: number;
  /** `crashed`: the simulation itself is broken. */
  readonly result: Result | { readonly kind: 'crashed'; readonly detail: string };
}

const assets = await readAssets();
const port = parentPort;
if (port === null) throw new Error('this file is a worker thread');

async function play(seed: number): Promise<Answer> {
  try {
    return { seed, result: await runScenario(generateScenario(seed), assets) };
  } catch (error) {
    return { seed, result: { kind: 'crashed', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) } };
  }
}

port.on('message', (seed: number) => {
  void play(seed).then((answer) => port.postMessage(answer));
});

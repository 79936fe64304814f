/** A failed seed, made small: a file that can be played again, and the time line. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateScenario } from './generate.ts';
import { type Assets, runScenario, type Violation } from './run.ts';
import type { Failure } from './run-many.ts';
import type { Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';
import { timeLine } from './time-line.ts';

export async function violationOf(scenario: Scenario, assets: Assets): Promise<Violation | null> {
  try {
    const result = await runScenario(scenario, assets);
    return result.kind === 'violation' ? result : null;
  } catch (error) {
    return { kind: 'violation', invariant: 'crash', at: 0, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The mutants' script looks for it. */
export function violationLine({ seed, result }: Failure): string {
  const invariant = result.kind === 'violation' ? result.invariant : 'crash';
  return `violation: ${invariant}, seed ${seed}: ${result.detail.split('\n', 1)[0]}`;
}

/** Shrinks the failure and returns what to print. */
export async function reportFailure({ seed, result }: Failure, assets: Assets, directory: string = tmpdir()): Promise<string> {
  if (result.kind === 'crashed') return `seed ${seed} crashed: ${result.detail}`;
  const { scenario, violation, runs } = await shrink(generateScenario(seed), result, (shorter) => violationOf(shorter, assets));
  const file = join(directory, `simulation-${seed}.json`);
  await writeFile(file, `${JSON.stringify(scenario, null, 1)}\n`);
  return `${timeLine(scenario, violation)}\nshrunk in ${runs} runs; play it again: npm run simulate -- --replay ${file}`;
}

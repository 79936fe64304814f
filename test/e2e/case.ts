import type { World } from './world.ts';

/** Thrown by a case that can prove nothing here; the message says why. */
export class LeftOut extends Error {}

export interface Case {
  /** A sentence. */
  readonly name: string;
  /** Throws when it does not hold. May resolve to what was counted, for the line of the case. */
  run(world: World): Promise<string | void>;
}

/** Runs one check for each row; rejects with all rows that failed. */
export async function eachRow<Row>(rows: readonly Row[], nameOf: (row: Row) => string, check: (row: Row) => Promise<void>): Promise<void> {
  const failures: string[] = [];
  for (const row of rows) {
    try {
      await check(row);
    } catch (error) {
      failures.push(`${nameOf(row)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(`${failures.length} of ${rows.length} rows:\n${failures.join('\n')}`);
}

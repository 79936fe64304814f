/** Real programs by the variables that the e2e run knows too. A variable that names no file is an error: less would be proved than was asked. */
import { existsSync } from 'node:fs';

export const VARIABLES = ['BAO_BIN', 'FORGEJO_BIN', 'FORGEJO_RUNNER_BIN'] as const;
export type Variable = (typeof VARIABLES)[number];

export function binaryOf(variable: Variable): string | null {
  const path = process.env[variable];
  if (path === undefined || path === '') return null;
  if (!existsSync(path)) throw new Error(`${variable} names no file`);
  return path;
}

/** For a test's name: what is left out for want of which, or nothing. */
export function missing(...variables: readonly Variable[]): string {
  const absent = variables.filter((variable) => binaryOf(variable) === null);
  return absent.length === 0 ? '' : ` (left out: ${absent.join(', ')} not set)`;
}

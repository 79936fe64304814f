/** How the embedded world's programs say that they can't start: one line, where a person caused it. */
import { explained, StartError } from '../service/start-error.ts';

/** A port of a fixed number that something else has. */
export function portOfForgejo<T>(listening: Promise<T>, port: number): Promise<T> {
  return explained(listening, (error) =>
    error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? `port ${port}, which the embedded Forgejo needs, is in use`
      : null,
  );
}

/** Runs a program to its end, or to its one line and exit code 1. */
export async function run(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

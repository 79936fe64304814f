/** What a command may use of the process it runs in; the tests hand in one of their own. */

/** 0: nothing to complain of; 1: the command found what it looks for; 2: it could not do what was asked. */
export type ExitCode = 0 | 1 | 2;

export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of stdin, as UTF-8; null when it is a terminal, of which nobody wants to wait for the end. */
  readonly readStdin: () => Promise<string | null>;
  /** The result, to stdout. */
  readonly print: (text: string) => void;
  /** What is said beside the result, to stderr. */
  readonly note: (text: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a command is built with: the world, and how its action says the exit code; without a word it is 0. */
export interface CommandContext extends CliWorld {
  readonly exitWith: (code: ExitCode) => void;
}

/** A command can't go on: its message goes to stderr as it is, with exit code 2. It names the argument, and never holds a secret. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

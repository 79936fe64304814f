/** The command line in this process: what it prints, and how it ends. */
import { runCli } from '../../../src/cli/run.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `stdin`: null for a terminal. */
export async function cli(args: readonly string[], stdin: string | null = null): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    env: {},
    readStdin: async () => stdin,
    print: (text) => {
      out += text;
    },
    note: (text) => {
      err += text;
    },
    now: () => Date.parse('2026-11-28T09:00:00Z'),
  });
  return { code, out, err };
}

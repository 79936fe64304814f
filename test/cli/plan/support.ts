import type { CliWorld } from '../../../src/cli/world.ts';

export const NOW = Date.parse('2026-11-28T09:00:00Z');

/** A terminal that nobody types into, at a fixed time. */
export function cliWorld(changes: Partial<CliWorld> = {}): CliWorld {
  return { env: {}, readStdin: async () => null, print: () => {}, note: () => {}, now: () => NOW, ...changes };
}

import { setTimeout as delay } from 'node:timers/promises';

const STEP_MS = 250;
const PATIENCE_MS = 60_000;

/** Asks until it is so; rejects with what never came, and with what `detail` says of the state then. */
export async function until(
  what: string,
  check: () => Promise<boolean>,
  { ms = PATIENCE_MS, detail }: { readonly ms?: number; readonly detail?: () => Promise<string> } = {},
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > deadline)
      throw new Error(`not so within ${ms / 1000} s: ${what}${detail === undefined ? '' : ` (${await detail()})`}`);
    await delay(STEP_MS);
  }
}

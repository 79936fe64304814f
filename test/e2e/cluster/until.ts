import { setTimeout as delay } from 'node:timers/promises';

const STEP_MS = 250;
/** What takes long to answer has the more time for its work: a list of ten thousand objects each quarter of a second would be all that is done. */
const REST = 5;
const PATIENCE_MS = 60_000;

/** Asks until it is so; rejects with what never came, and with what `detail` says of the state then. */
export async function until(
  what: string,
  check: () => Promise<boolean>,
  { ms = PATIENCE_MS, detail }: { readonly ms?: number; readonly detail?: () => Promise<string> } = {},
): Promise<void> {
  const deadline = Date.now() + ms;
  for (;;) {
    const askedAt = Date.now();
    if (await check()) return;
    const answeredAt = Date.now();
    if (answeredAt > deadline)
      throw new Error(`not so within ${ms / 1000} s: ${what}${detail === undefined ? '' : ` (${await detail()})`}`);
    await delay(Math.max(STEP_MS, REST * (answeredAt - askedAt)));
  }
}

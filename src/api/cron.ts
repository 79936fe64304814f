/** Cron expressions and time zones, as a pool's windows name them. */
import { Cron } from 'croner';

/** More than the windows of a few hundred pools; what is asked for again is parsed again. */
const MOST_KEPT = 4096;

const parsed = new Map<string, Cron | null>();
const zones = new Map<string, boolean>();

/**
 * Five fields of cron, or a name such as `@daily`, read in an IANA time zone; null when it is none, or comes on no day at all
 * (`0 8 30 2 *`). At a change of the clocks as in Vixie cron: a fixed time in the gap is the end of the gap, and one that
 * occurs twice is the first of the two; what has a wildcard or a step follows the clock. Parsed once, since every sync asks.
 */
export function parseCron(expression: string, timeZone: string): Cron | null {
  const key = `${timeZone} ${expression}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  if (parsed.size >= MOST_KEPT) parsed.clear();
  const cron = parse(expression, timeZone);
  parsed.set(key, cron);
  return cron;
}

/** Whether it ever comes must not depend on today. */
const SOME_DAY = new Date(Date.UTC(2000, 0, 1));

function parse(expression: string, timeZone: string): Cron | null {
  if (!isTimeZone(timeZone)) return null;
  try {
    const cron = new Cron(expression, { mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard', paused: true });
    return cron.nextRun(SOME_DAY) === null ? null : cron;
  } catch {
    return null;
  }
}

/** A name of the IANA database that this Node knows; an offset such as `+01:00` is none, though Intl takes it. */
export function isTimeZone(name: string): boolean {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (zones.size >= MOST_KEPT) zones.clear();
  const valid = /^[A-Za-z]/.test(name) && isKnownToIntl(name);
  zones.set(name, valid);
  return valid;
}

function isKnownToIntl(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What an open page is told: the pools that have changed since it was last told, and when each was synced. */
import { type Look, positionOf } from './board.ts';
import { detailFor } from './detail.ts';
import { textOf } from './html.ts';
import { totals } from './page.ts';
import { poolView } from './pool-view.ts';

/** One event of the stream, as `assets/live.js` reads it. */
export interface Changes {
  /** Clock of this replica, ms. */
  readonly now: number;
  /** Every pool that is shown, in order; absent while none has come or gone. */
  readonly keys?: readonly string[];
  readonly pools: readonly { readonly key: string; readonly html: string }[];
  /** Absent while nothing has changed. */
  readonly totals?: string;
  /** Last sync of those that were synced since, RFC 3339. */
  readonly synced: readonly (readonly [key: string, at: string])[];
}

/** Where a page stands: up to which revision it was told, and when. */
export interface Told {
  readonly revision: number;
  readonly at: number;
}

export interface Frame {
  /** As it is sent; JSON has no line break, so it is one line of data. */
  readonly text: string;
  /** Where the page stands after it. */
  readonly told: Told;
}

/** As many pools in one event: the others are for the next, that no hook waits long. What changed first goes first. */
export const MOST_AT_ONCE = 100;

export function frameOf(look: Look, told: Told): Frame {
  const { now, revision } = look;
  const changed = look.entries.filter(({ changedAt }) => changedAt > told.revision).toSorted((a, b) => a.changedAt - b.changedAt);
  const sent = changed.slice(0, MOST_AT_ONCE);
  const reached = sent.length < changed.length ? (sent.at(-1)?.changedAt ?? revision) : revision;
  const text = `id: ${positionOf({ board: look.board, revision: reached })}\ndata: ${JSON.stringify(changesOf(look, told, sent))}\n\n`;
  return { text, told: { revision: reached, at: now } };
}

/** Ages move on by themselves; only what a page can't know is sent. */
function changesOf({ now, entries, ...look }: Look, told: Told, sent: Look['entries']): Changes {
  const detail = detailFor(entries.length);
  return {
    now,
    ...(look.listedAt > told.revision && { keys: entries.map(({ key }) => key) }),
    pools: sent.map((entry) => ({ key: entry.key, html: textOf(poolView(entry, now, detail)) })),
    ...(look.revision > told.revision && { totals: textOf(totals({ now, entries, ...look })) }),
    synced: entries.filter(({ syncedAt }) => syncedAt >= told.at).map(({ key, syncedAt }) => [key, new Date(syncedAt).toISOString()]),
  };
}

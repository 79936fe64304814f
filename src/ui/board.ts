/** What this replica last saw of every pool, and what has changed since when: the page and its streams read from here. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { PoolObserver } from '../hooks/observer.ts';
import { type SeenPool, seePool } from './seen-pool.ts';

/** The longest poll interval is 5 min: a pool that is silent for longer is called elsewhere, or not at all. */
const STALE_AFTER_MS = 600_000;
/** As long as the hooks remember a pool. */
const GONE_AFTER_MS = 3_600_000;
/** More than a page can show and a browser can bear. */
export const MOST_POOLS = 1000;

export interface Entry {
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly seen: SeenPool;
  /** Own clock, ms. */
  readonly syncedAt: number;
  readonly stale: boolean;
  /** The revision of the board at which anything of it but `syncedAt` last changed. */
  readonly changedAt: number;
}

export interface Board {
  readonly observer: PoolObserver;
  /** By namespace and name, MOST_POOLS at most, of one namespace or (null) of all; what has become stale or gone by now is so. */
  look(namespace?: string | null): Look;
}

export interface Look {
  /** Tells one process' revisions from another's. */
  readonly board: string;
  readonly now: number;
  /** The one that is looked at; null: all. */
  readonly namespace: string | null;
  /** All in which there is a pool, by name. */
  readonly namespaces: readonly string[];
  readonly entries: readonly Entry[];
  /** How many more there are than are shown. */
  readonly more: number;
  /** Grows with every change. */
  readonly revision: number;
  /** The revision at which a pool last came or went. */
  readonly listedAt: number;
}

/** Where a reader of the board stands: what it hands in to be told what has changed since. */
export function positionOf({ board, revision }: Pick<Look, 'board' | 'revision'>): string {
  return `${board}.${revision}`;
}

/** The revision of a reader's position; -1, before everything, when it is of another board or none at all. */
export function revisionOf(position: string | undefined, { board }: Pick<Look, 'board'>): number {
  const prefix = `${board}.`;
  const digits = position?.startsWith(prefix) === true ? position.slice(prefix.length) : '';
  return /^\d{1,15}$/.test(digits) ? Number(digits) : -1;
}

export function createBoard(clock: Pick<Clock, 'now'>): Board {
  const pools = new Map<string, Entry>();
  const texts = new Map<string, string>();
  const board = randomUUID();
  let revision = 0;
  let listedAt = 0;

  function remove(key: string): void {
    pools.delete(key);
    texts.delete(key);
    revision += 1;
    listedAt = revision;
  }

  function sweep(now: number): void {
    for (const [key, entry] of pools) {
      const silentFor = now - entry.syncedAt;
      if (silentFor >= GONE_AFTER_MS) {
        remove(key);
      } else if (silentFor >= STALE_AFTER_MS && !entry.stale) {
        revision += 1;
        pools.set(key, { ...entry, stale: true, changedAt: revision });
      }
    }
  }

  return {
    observer: {
      synced(view) {
        const { namespace, name, uid } = view.pool;
        const key = `${namespace}/${name}`;
        const before = pools.get(key) ?? null;
        const known = before?.uid === uid ? before : null;
        const seen = seePool(view, known?.seen ?? null);
        const text = JSON.stringify(seen);
        const changed = known === null || known.stale || texts.get(key) !== text;
        if (changed) revision += 1;
        if (before === null) listedAt = revision;
        texts.set(key, text);
        pools.set(key, { key, uid, seen, syncedAt: view.at, stale: false, changedAt: changed ? revision : known.changedAt });
        // Without a reader nobody else throws away what is old.
        if (before === null) sweep(clock.now());
      },
      ended({ namespace, name, uid }) {
        const key = `${namespace}/${name}`;
        if (pools.get(key)?.uid === uid) remove(key);
      },
    },
    look(namespace = null) {
      const now = clock.now();
      sweep(now);
      const all = [...pools.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
      const wanted = namespace === null ? all : all.filter(({ seen }) => seen.namespace === namespace);
      return {
        board,
        now,
        namespace,
        namespaces: [...new Set(all.map(({ seen }) => seen.namespace))],
        entries: wanted.slice(0, MOST_POOLS),
        more: Math.max(0, wanted.length - MOST_POOLS),
        revision,
        listedAt,
      };
    },
  };
}

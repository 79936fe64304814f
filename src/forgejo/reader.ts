/**
 * Reads of Forgejo, shared by all pools of this process: one queue read and one list read per server, scope, token and
 * CA, at most one under way at a time, repeated when a pool's interval is over or when somebody needs a younger one.
 * Failures are remembered too, so that a server in trouble is not asked by every pool in turn.
 */
import type { Scope } from '../api/scope.ts';
import type { Clock } from '../clock.ts';
import type { ForgejoView, Registration } from '../pool/forgejo.ts';
import type { Instant } from '../pool/instant.ts';
import type { Access } from './access.ts';
import { accessKey } from './access-key.ts';
import type { Connection, Result } from './call.ts';
import { listJobs } from './client.ts';
import { listRegistrations } from './list-registrations.ts';
import type { Write } from './overlay.ts';
import { type Beginning, dueAt, EMPTY_ENTRY, type ReadEntry, type ReadOutcome, viewOf, withOutcome } from './read-entry.ts';
import { runnersPath } from './scope-path.ts';
import { createServerClock } from './server-clock.ts';
import type { Transport } from './transport.ts';

/** A pool that still exists asks at least every 300 s. */
const IDLE_MS = 600_000;
const ANY_TIME = Number.NEGATIVE_INFINITY;

export interface ReadOptions {
  /** How old a read may be, beginning to now, ms. */
  readonly intervalMs: number;
  /** Own clock: both reads must have begun at or after it. Doesn't shorten a failure's back-off. */
  readonly begunAfter?: number;
}

export interface Reader {
  /** What `read` would answer at once; null when Forgejo has to be asked, or is being asked. */
  known(access: Access, scope: Scope, options: ReadOptions): ForgejoView | null;
  /** The scope's queue and registrations. Never rejects for what a server does. */
  read(access: Access, scope: Scope, options: ReadOptions): Promise<ForgejoView>;
  /** Whether both show one read, with the same writes. Neither lists nor times tell: two reads within a second may have the same. */
  isSameRead(one: ForgejoView, other: ForgejoView): boolean;
  /** Now in that server's time. */
  forgejoNow(access: Access): Instant;
  /** Takes the `Date` of an answer to a call made elsewhere. */
  noteServerDate(access: Access, serverDate: number | null): void;
  /** A registration that we have just made: in every view from now on. */
  registered(access: Access, scope: Scope, registration: Registration): void;
  /** A registration that is surely gone: in no view from now on. */
  removed(access: Access, scope: Scope, id: number): void;
}

/**
 * How a read was served: from what was known, from one that another call had begun, or from one of its own. `younger`: a
 * decision is taken again, for what it was made on was too old for what it asks of Forgejo.
 */
export interface ServedRead {
  readonly by: 'cached' | 'shared' | 'read';
  readonly younger: boolean;
}

export interface ReaderOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly onServed?: (read: ServedRead) => void;
  /** See Connection. */
  readonly timeoutMs?: number;
  readonly budgetMs?: number;
}

/** Of one server and scope. */
interface KnownKeys {
  /** The last one that asked, and its key. */
  readonly access: Access;
  readonly key: string;
  /** Of every token that sees the scope. */
  readonly all: readonly string[];
}

type Unordered<T> = T extends unknown ? Omit<T, 'order'> : never;

export function createReader(options: ReaderOptions): Reader {
  const { clock } = options;
  const serverClock = createServerClock(clock);
  const entries = new Map<string, ReadEntry>();
  const keys = new Map<string, KnownKeys>();
  /** Which read a view shows. */
  const shown = new WeakMap<ForgejoView, ReadOutcome>();
  let order = 0;

  /** Kept for each server and scope: every call asks, and almost always with the same token. */
  function keyOf(access: Access, scope: Scope): string {
    const prefix = prefixOf(access, scope);
    const known = keys.get(prefix);
    if (known !== undefined && known.access.token === access.token && known.access.ca === access.ca) return known.key;
    const key = `${prefix}${accessKey(access)}`;
    const others = (known?.all ?? []).filter((other) => other !== key && entries.has(other));
    keys.set(prefix, { access, key, all: [...others, key] });
    return key;
  }

  function use(key: string): ReadEntry {
    const entry: ReadEntry = { ...(entries.get(key) ?? EMPTY_ENTRY), usedAt: clock.now() };
    entries.set(key, entry);
    return entry;
  }

  /** Null when the last read is too old. `joined`: it is one that was waited for, however long its interval is over. */
  function answerOf(
    entry: ReadEntry,
    { url }: Access,
    { intervalMs, begunAfter = ANY_TIME }: ReadOptions,
    joined: boolean,
  ): ForgejoView | null {
    const { last } = entry;
    if (last === null) return null;
    const due = dueAt(entry, last, intervalMs);
    const young = last.kind === 'failed' || last.began.at >= begunAfter;
    if (!young || (!joined && clock.now() >= due)) return null;
    const view = viewOf(entry, last, serverClock.toServerTime(url, due));
    shown.set(view, last);
    return view;
  }

  function isSameRead(one: ForgejoView, other: ForgejoView): boolean {
    if (one.kind !== 'answered' || other.kind !== 'answered') return false;
    return shown.get(one) === shown.get(other) && one.snapshot.registrations === other.snapshot.registrations;
  }

  function known(access: Access, scope: Scope, wanted: ReadOptions): ForgejoView | null {
    const view = answerOf(use(keyOf(access, scope)), access, wanted, false);
    if (view !== null) options.onServed?.({ by: 'cached', younger: wanted.begunAfter !== undefined });
    return view;
  }

  async function read(access: Access, scope: Scope, wanted: ReadOptions): Promise<ForgejoView> {
    dropIdle(entries, clock.now());
    for (const [prefix, { key }] of keys) if (!entries.has(key)) keys.delete(prefix);
    const key = keyOf(access, scope);
    let by: ServedRead['by'] = 'cached';
    for (let joined = false; ; ) {
      const entry = use(key);
      const view = answerOf(entry, access, wanted, joined);
      if (view !== null) {
        options.onServed?.({ by, younger: wanted.begunAfter !== undefined });
        return view;
      }
      by = entry.underWay === null ? 'read' : 'shared';
      const underWay = entry.underWay ?? begin(key, entry, access, scope);
      joined = underWay.began.at >= (wanted.begunAfter ?? ANY_TIME);
      await underWay.done;
    }
  }

  function begin(key: string, entry: ReadEntry, access: Access, scope: Scope): NonNullable<ReadEntry['underWay']> {
    order += 1;
    const began: Beginning = { at: clock.now(), order };
    const done = finish(key, entry, readBoth({ ...options, access }, scope, began, serverClock));
    entries.set(key, { ...entry, underWay: { began, done } });
    return { began, done };
  }

  /** A transport that breaks its promise rejects for whoever waits, and leaves nothing under way behind it. */
  async function finish(key: string, entry: ReadEntry, reading: Promise<ReadOutcome>): Promise<void> {
    try {
      const outcome = await reading;
      entries.set(key, withOutcome(entries.get(key) ?? entry, outcome));
    } catch (error) {
      entries.set(key, { ...(entries.get(key) ?? entry), underWay: null });
      throw error;
    }
  }

  function write(access: Access, scope: Scope, change: Unordered<Write>): void {
    order += 1;
    for (const key of keys.get(prefixOf(access, scope))?.all ?? []) {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, writes: [...entry.writes, { ...change, order }] });
    }
  }

  return {
    known,
    read,
    isSameRead,
    forgejoNow: (access) => serverClock.toServerTime(access.url, clock.now()),
    noteServerDate: (access, serverDate) => serverClock.note(access.url, serverDate),
    registered: (access, scope, registration) => write(access, scope, { kind: 'registered', registration }),
    removed: (access, scope, id) => write(access, scope, { kind: 'removed', id }),
  };
}

async function readBoth(
  connection: Connection,
  scope: Scope,
  began: Beginning,
  serverClock: ReturnType<typeof createServerClock>,
): Promise<ReadOutcome> {
  const { clock, access } = connection;
  const timed = async <T>(result: Promise<Result<T>>) => {
    const settled = await result;
    serverClock.note(access.url, settled.serverDate);
    return { result: settled, tookMs: clock.now() - began.at };
  };
  const [queue, list] = await Promise.all([timed(listJobs(connection, scope)), timed(listRegistrations(connection, scope))]);
  if (!queue.result.ok) return { kind: 'failed', began, failure: queue.result.failure, endedAt: clock.now() };
  if (!list.result.ok) return { kind: 'failed', began, failure: list.result.failure, endedAt: clock.now() };
  return {
    kind: 'answered',
    began,
    busyMs: queue.tookMs + list.tookMs,
    jobs: queue.result.value,
    list: list.result.value,
    readAt: serverClock.readBegan(access.url, began.at),
  };
}

function dropIdle(entries: Map<string, ReadEntry>, now: number): void {
  for (const [key, entry] of entries) {
    if (entry.underWay === null && now - entry.usedAt >= IDLE_MS) entries.delete(key);
  }
}

/** Server and scope; a write counts for every token that sees them. */
function prefixOf(access: Access, scope: Scope): string {
  return `${access.url} ${runnersPath(scope)} `;
}

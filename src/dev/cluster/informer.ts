/** What a client sees of the API server: one watch per kind, each late by its own lag, as on a busy cluster. */

import type { Random } from '../forgejo/random.ts';
import type { Kind, KindMap } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { Store, WatchEvent } from './store.ts';
import type { Tasks } from './tasks.ts';

export interface Lag {
  readonly ms: number;
  /** Up to that much more, drawn anew for every event. */
  readonly jitterMs?: number;
}

export interface Change {
  readonly kind: Kind;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

export interface Informers {
  get<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K] | undefined;
  list<K extends Kind>(kind: K, namespace?: string): readonly KindMap[K][];
  onChange(handler: (change: Change) => void): void;
}

/** A watch delivers in order: an event never overtakes an earlier one of its kind. Lag 0 is seen at once. */
export function createInformers(store: Store, tasks: Tasks, random: Random, lagOf: (kind: Kind) => Lag): Informers {
  const seen = new Map<Kind, Map<string, KubeObject>>();
  const lastDue = new Map<Kind, number>();
  const handlers: ((change: Change) => void)[] = [];

  function cache(kind: Kind): Map<string, KubeObject> {
    const found = seen.get(kind) ?? new Map<string, KubeObject>();
    seen.set(kind, found);
    return found;
  }

  function deliver(event: WatchEvent): void {
    const objects = cache(event.kind);
    const key = `${event.object.metadata.namespace ?? ''}/${event.object.metadata.name}`;
    const before = objects.get(key);
    if (event.type === 'DELETED') objects.delete(key);
    else objects.set(key, event.object);
    const after = event.type === 'DELETED' ? undefined : event.object;
    for (const handler of handlers) handler({ kind: event.kind, before, after });
  }

  store.watch((event) => {
    const lag = lagOf(event.kind);
    const now = tasks.clock.now();
    const due = Math.max(lastDue.get(event.kind) ?? 0, now + lag.ms + random.next() * (lag.jitterMs ?? 0));
    lastDue.set(event.kind, due);
    if (due <= now) deliver(event);
    else tasks.after(due - now, () => deliver(event));
  });

  return {
    get<K extends Kind>(kind: K, namespace: string, name: string) {
      return cache(kind).get(`${namespace}/${name}`) as KindMap[K] | undefined; // the cache is of that kind
    },
    list<K extends Kind>(kind: K, namespace?: string) {
      const all = cache(kind);
      if (all.size === 0) return [];
      const objects = [...all.values()] as KindMap[K][];
      return namespace === undefined ? objects : objects.filter((object) => object.metadata.namespace === namespace);
    },
    onChange(handler) {
      handlers.push(handler);
    },
  };
}

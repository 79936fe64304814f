/** A copy of all objects of one kind, kept by list and watch, as every controller of Kubernetes keeps one. */
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../../../src/dev/cluster/objects.ts';
import type { Api } from './api.ts';
import type { Kind } from './kinds.ts';

export interface Reflector {
  /** Resolves after the first list. */
  readonly synced: Promise<void>;
  get(namespace: string, name: string): KubeObject | undefined;
  list(): readonly KubeObject[];
}

/** `after` is absent for a deletion, `before` for a new object. */
export type OnChange = (before: KubeObject | undefined, after: KubeObject | undefined) => void;

const RETRY_MS = 200;

/** Goes on until the signal aborts, over every fault of the connection. */
export function reflect(api: Api, kind: Kind, signal: AbortSignal, changed: OnChange): Reflector {
  const objects = new Map<string, KubeObject>();
  const { promise: synced, resolve } = Promise.withResolvers<void>();

  function put(object: KubeObject): void {
    const key = keyOf(object);
    const before = objects.get(key);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    objects.set(key, object);
    changed(before, object);
  }

  function drop(key: string): void {
    const before = objects.get(key);
    objects.delete(key);
    if (before !== undefined) changed(before, undefined);
  }

  async function listOnce(): Promise<string> {
    const { items, resourceVersion } = await api.list(kind);
    const present = new Set(items.map(keyOf));
    for (const key of objects.keys()) if (!present.has(key)) drop(key);
    for (const item of items) put(item);
    resolve();
    return resourceVersion;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const { type, object } of api.watch(kind, await listOnce(), signal)) {
          // Too old a version: list again.
          if (type === 'ERROR') break;
          if (type === 'ADDED' || type === 'MODIFIED') put(object);
          if (type === 'DELETED') drop(keyOf(object));
        }
      } catch {
        // The API server is away: that is what the cases are about.
      }
      await delay(RETRY_MS);
    }
  }

  void run();
  return { synced, get: (namespace, name) => objects.get(`${namespace}/${name}`), list: () => [...objects.values()] };
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

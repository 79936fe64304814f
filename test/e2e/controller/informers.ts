/** Informers as the embedded parts want them, fed by watches of the real API server. */
import type { Change, Informers } from '../../../src/dev/cluster/informer.ts';
import type { Kind, KindMap } from '../../../src/dev/cluster/kinds.ts';
import type { Api } from '../cluster/api.ts';
import { type Reflector, reflect } from '../cluster/reflector.ts';

/** Resolves when every kind was listed. */
export async function watchAll(api: Api, kinds: readonly Kind[], signal: AbortSignal): Promise<Informers> {
  const handlers: ((change: Change) => void)[] = [];
  const reflectors = new Map<Kind, Reflector>(
    [...new Set(kinds)].map((kind) => [
      kind,
      reflect(api, kind, signal, (before, after) => {
        for (const handler of handlers) handler({ kind, before, after });
      }),
    ]),
  );
  await Promise.all([...reflectors.values()].map(({ synced }) => synced));
  return {
    get<K extends Kind>(kind: K, namespace: string, name: string) {
      return reflectors.get(kind)?.get(namespace, name) as KindMap[K] | undefined; // the reflector is of that kind
    },
    list<K extends Kind>(kind: K, namespace?: string) {
      const objects = (reflectors.get(kind)?.list() ?? []) as readonly KindMap[K][];
      return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace);
    },
    onChange(handler) {
      handlers.push(handler);
    },
  };
}

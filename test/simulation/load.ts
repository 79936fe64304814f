/** What pools ask of others. */
import type { VirtualWorld } from '../../src/dev/virtual-world.ts';

export interface Load {
  readonly syncs: number;
  readonly statusWrites: number;
  /** Of Forgejo's REST API. */
  readonly calls: number;
}

/** Since the beginning, of all clusters. */
export function loadOf({ world }: { readonly world: VirtualWorld }): Load {
  const { counters } = world.forgejo;
  const sum = (pick: (counter: (typeof world.cluster)['counters']) => number): number =>
    world.clusters.reduce((total, { counters: each }) => total + pick(each), 0);
  return {
    syncs: sum(({ calls }) => calls.sync + calls.finalize),
    statusWrites: sum(({ statusWrites }) => statusWrites),
    calls: (['list', 'jobs', 'get', 'create', 'delete'] as const).reduce((total, name) => total + (counters[name] ?? 0), 0),
  };
}

/** Credentials go last: whoever drops them first can neither ask nor report any more. */
import { ANNOTATION_REGISTRATION_UUID } from '../../src/api/keys.ts';
import type { KubeObject } from '../../src/dev/cluster/objects.ts';
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import { NAMESPACE } from './names.ts';
import { ownerOf, poolOf, runnerOf, type SeenCluster } from './seen.ts';

export const secretsOutliveRegistrations: Invariant = {
  name: 'secretsOutliveRegistrations',
  because: 'without its Secret a runner can not be asked what it holds, and nobody reports the task that it died with',
  start({ ledger }) {
    /** Runner by the uuid of its registration, of pools that are to go on. */
    let before: ReadonlyMap<string, string> = new Map();
    return (seen) => {
      const there = new Set(seen.clusters.flatMap((each) => secretsIn(each).map(uuidOf)));
      const staying = new Set(seen.clusters.flatMap(stayingPools));
      const vanished = [...before].filter(([uuid, runner]) => !there.has(uuid) && !ledger.wasSecretDeletedByHand(runner));
      const ours = seen.clusters.flatMap(secretsIn).filter((secret) => staying.has(poolOf(secret) ?? ''));
      before = new Map(ours.map((secret) => [uuidOf(secret), runnerOf(secret) ?? '']));
      return firstOf(vanished, ([uuid, runner]) => {
        const row = seen.rows.find((each) => each.uuid === uuid);
        return row !== undefined && staying.has(ownerOf(row) ?? '') ? `the Secret of ${runner} was dropped while it is registered` : null;
      });
    };
  },
};

/** Uids of the pools that nobody deletes. */
function stayingPools({ pools, cluster }: SeenCluster): readonly string[] {
  if (cluster.get('Namespace', '', NAMESPACE)?.metadata.deletionTimestamp !== undefined) return [];
  return pools.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [metadata.uid] : []));
}

function secretsIn({ cluster }: SeenCluster): readonly KubeObject[] {
  return cluster.list('Secret', NAMESPACE).filter((secret) => runnerOf(secret) !== null);
}

function uuidOf({ metadata }: KubeObject): string {
  return metadata.annotations?.[ANNOTATION_REGISTRATION_UUID] ?? '';
}

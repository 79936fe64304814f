/** Why a kubelet evicted a Pod or turned it down, from messages that only kubelets write (facts-kubernetes, sections 3 and 5). */
import type { Eviction } from '../pool/observed.ts';

/** As the kubelet's eviction manager names what a node runs out of. */
const RESOURCES: Readonly<Record<string, Eviction>> = {
  memory: 'nodeMemory',
  'ephemeral-storage': 'nodeStorage',
  inodes: 'nodeInodes',
  pids: 'nodePids',
};
/** As a node's conditions name it, which keep new Pods away. */
const CONDITIONS: Readonly<Record<string, Eviction>> = {
  MemoryPressure: 'nodeMemory',
  DiskPressure: 'nodeStorage',
  PIDPressure: 'nodePids',
};

/** `message`: of the Pod's status; null when it says nothing that is known. */
export function recogniseEviction(message: string | null): Eviction | null {
  if (message === null) return null;
  const resource = /^The node was low on resource: ([a-z-]+)\. /.exec(message)?.[1];
  if (resource !== undefined) return lookUp(RESOURCES, resource);
  const condition = /^Pod was rejected: The node had condition: \[([A-Za-z]+)\]/.exec(message)?.[1];
  if (condition !== undefined) return lookUp(CONDITIONS, condition);
  if (/^Pod ephemeral local storage usage exceeds |^Container \S+ exceeded its local ephemeral storage limit /.test(message))
    return 'storageLimit';
  return /^Usage of EmptyDir volume \S+ exceeds the limit /.test(message) ? 'volumeLimit' : null;
}

function lookUp(known: Readonly<Record<string, Eviction>>, word: string): Eviction | null {
  return Object.hasOwn(known, word) ? (known[word] ?? null) : null;
}

import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../src/hooks/decode.ts';
import { recogniseEviction } from '../../src/hooks/decode-eviction.ts';
import { recordedRequest } from './recordings.ts';

describe('the message of a kubelet', () => {
  it.each([
    ['K5-node-memory-1', 'nodeMemory'],
    ['K5-ephemeral-storage-1', 'storageLimit'],
    ['K5-emptydir-1', 'volumeLimit'],
    ['K6-mempressure-rejected-1', 'nodeMemory'],
    ['K6-outofcpu-1', null],
    ['K5-group-oom-1', null],
  ] as const)('recorded in %s says %s', (name, eviction) => {
    expect(decodeRequest(recordedRequest(name)).observed.pods.map((pod) => pod.eviction)).toEqual([eviction]);
  });

  it.each([
    { message: 'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi', eviction: 'nodeStorage' },
    { message: 'The node was low on resource: pids. ', eviction: 'nodePids' },
    { message: 'The node was low on resource: inodes. ', eviction: 'nodeInodes' },
    { message: 'The node was low on resource: gold. ', eviction: null },
    { message: 'The node was low on resource: constructor. ', eviction: null },
    { message: 'Pod was rejected: The node had condition: [DiskPressure]. ', eviction: 'nodeStorage' },
    { message: 'Pod was rejected: The node had condition: [PIDPressure]. ', eviction: 'nodePids' },
    { message: 'Container runner exceeded its local ephemeral storage limit "30Mi". ', eviction: 'storageLimit' },
    { message: 'he said: The node was low on resource: memory. ', eviction: null },
    { message: null, eviction: null },
  ])('"$message" says $eviction', ({ message, eviction }) => {
    expect(recogniseEviction(message)).toBe(eviction);
  });
});

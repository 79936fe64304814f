/** Requests of a real Metacontroller and a real kubelet, as the webhook received them. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSyncRequest, type SyncRequest } from '../../src/hooks/protocol.ts';

const DIRECTORY = new URL('../fixtures/recordings/', import.meta.url);

/** Names of all recorded sync and finalize requests. */
export const RECORDED_REQUESTS: readonly string[] = readdirSync(new URL('kubernetes/', DIRECTORY))
  .filter((name) => name.endsWith('.json') && !name.startsWith('customize-'))
  .map((name) => name.replace('.json', ''))
  .sort();

/** `path` below the recordings, without `.json`. A new value on each call. */
export function recordedBody(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`${path}.json`, DIRECTORY), 'utf8'));
}

export function recordedRequest(name: string): SyncRequest {
  const parsed = parseSyncRequest(recordedBody(`kubernetes/${name}`));
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.request;
}

/**
 * Which version each server is of: asked once an hour and server (once a minute while it does not answer), for all pools,
 * beside their syncs. It is for people to read; no decision depends on it, so nobody waits for the answer.
 */
import type { Clock } from '../clock.ts';
import type { ServerInfo } from '../pool/forgejo.ts';
import type { Access } from './access.ts';
import { getServerVersion } from './client.ts';
import type { Transport } from './transport.ts';

export interface ServerDirectory {
  /** What the last answer said; null: there was none yet. Asks when that is too old. */
  known(access: Access): ServerInfo | null;
}

export interface ServerDirectoryOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** See Connection. */
  readonly timeoutMs?: number;
}

interface Entry {
  info: ServerInfo | null;
  /** Own clock; nothing is asked before. */
  dueAt: number;
}

/** An upgrade is seen within the hour. */
const ASK_AGAIN_MS = 3_600_000;
/** A first answer that got lost must not leave new pools without the version for an hour. */
const ASK_AGAIN_IN_VAIN_MS = 60_000;
/** The oldest Forgejo that the operator is held against (`ephemeral` of `POST …/actions/runners`: facts, section 1). */
const FIRST_WITH_EPHEMERAL = 15;

export function createServerDirectory(options: ServerDirectoryOptions): ServerDirectory {
  const { clock } = options;
  const entries = new Map<string, Entry>();

  async function ask(entry: Entry, access: Access): Promise<void> {
    const answer = await getServerVersion({ ...options, access });
    if (!answer.ok) return;
    entry.info = { version: answer.value, ephemeral: majorOf(answer.value) >= FIRST_WITH_EPHEMERAL };
    entry.dueAt = clock.now() + ASK_AGAIN_MS;
  }

  /** Pools come and go, and their servers with them. */
  function forgetUnused(): void {
    for (const [url, { dueAt }] of entries) if (clock.now() - dueAt >= ASK_AGAIN_MS) entries.delete(url);
  }

  return {
    known(access) {
      forgetUnused();
      const entry = entries.get(access.url) ?? { info: null, dueAt: Number.NEGATIVE_INFINITY };
      entries.set(access.url, entry);
      if (clock.now() >= entry.dueAt) {
        entry.dueAt = clock.now() + ASK_AGAIN_IN_VAIN_MS;
        // A transport that breaks its promise is said by the reads of the pools, which use the same one.
        ask(entry, access).catch(() => undefined);
      }
      return entry.info;
    },
  };
}

/** Of `15.0.3+gitea-1.22.0`: 15. */
function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

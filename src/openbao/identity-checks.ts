/**
 * Looks in the background whether Forgejo and OpenBao are ready for workload identity: no sync waits for it. Shared by all pools of
 * this process, one look at a time for each server, every five minutes, and every minute while something is wrong.
 */
import type { Clock } from '../clock.ts';
import { accessKey } from '../forgejo/access-key.ts';
import { readDiscovery } from '../forgejo/oidc-discovery.ts';
import type { Transport } from '../forgejo/transport.ts';
import type { DiscoveryView, HealthView, IdentityView } from '../pool/oidc.ts';
import { readHealth } from './health.ts';

export interface IdentityTarget {
  /** `ca`: PEM, null for the system's. Or what is said of the server without asking. */
  readonly forgejo: { readonly url: string; readonly ca: string | null } | DiscoveryView;
  readonly openBao: { readonly address: string; readonly ca: string | null } | HealthView;
}

export interface IdentityChecks {
  /** What is known now; what is not, or is old, is looked up meanwhile. */
  look(target: IdentityTarget): IdentityView;
}

export interface IdentityChecksOptions {
  /** To Forgejo, under FORGEJO_URL_ALLOWLIST. */
  readonly forgejo: Transport;
  /** To OpenBao, under IDENTITY_URL_ALLOWLIST; null when the list is empty, and then nothing is asked. */
  readonly openBao: Transport | null;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** What a transport threw that is none of its errors. */
  readonly onError: (error: unknown) => void;
}

const GOOD_MS = 300_000;
const BAD_MS = 60_000;
/** A pool that still exists asks at least every 300 s; an author may name another server with each edit, and each would stay as long. */
const IDLE_MS = 600_000;

interface Entry<T> {
  value: T | null;
  nextAt: number;
  usedAt: number;
  underWay: boolean;
}

export function createIdentityChecks({ forgejo, openBao, clock, timeoutMs, onError }: IdentityChecksOptions): IdentityChecks {
  const discoveries = new Map<string, Entry<DiscoveryView>>();
  const healths = new Map<string, Entry<HealthView>>();

  function known<T>(entries: Map<string, Entry<T>>, key: string, read: () => Promise<T>, isGood: (value: T) => boolean): T | null {
    const now = clock.now();
    for (const [other, entry] of entries) if (!entry.underWay && now - entry.usedAt >= IDLE_MS) entries.delete(other);
    const entry = entries.get(key) ?? { value: null, nextAt: now, usedAt: now, underWay: false };
    entries.set(key, entry);
    entry.usedAt = now;
    if (!entry.underWay && now >= entry.nextAt) void renew(entry, read, isGood);
    return entry.value;
  }

  async function renew<T>(entry: Entry<T>, read: () => Promise<T>, isGood: (value: T) => boolean): Promise<void> {
    entry.underWay = true;
    try {
      const value = await read();
      entry.value = value;
      entry.nextAt = clock.now() + (isGood(value) ? GOOD_MS : BAD_MS);
    } catch (error) {
      entry.nextAt = clock.now() + BAD_MS;
      onError(error);
    } finally {
      entry.underWay = false;
    }
  }

  function discoveryOf(target: IdentityTarget['forgejo']): DiscoveryView | null {
    if ('kind' in target) return target;
    const { url, ca } = target;
    const access = { url, token: '', ...(ca !== null && { ca }) };
    const read = () => readDiscovery({ transport: forgejo, clock, access, timeoutMs });
    return known(discoveries, `${url} ${accessKey(access)}`, read, ({ kind }) => kind === 'answered');
  }

  function healthOf(target: IdentityTarget['openBao']): HealthView | null {
    if ('kind' in target) return target;
    if (openBao === null) return { kind: 'notAllowed' };
    const { address, ca } = target;
    const key = `${address} ${accessKey({ url: address, token: '', ...(ca !== null && { ca }) })}`;
    return known(
      healths,
      key,
      () => readHealth({ transport: openBao, clock, address, ca, timeoutMs }),
      ({ kind }) => kind === 'ready',
    );
  }

  return { look: (target) => ({ discovery: discoveryOf(target.forgejo), health: healthOf(target.openBao) }) };
}

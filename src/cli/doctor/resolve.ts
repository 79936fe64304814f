/** What the name of the server means on this machine. */
import { isIP } from 'node:net';
import { hostOf } from '../../forgejo/address-policy.ts';

export type Resolved =
  | { readonly ok: true; readonly host: string; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly host: string; readonly code: string };

/** Null when the URL names an address: there is nothing to look up. */
export async function resolveHost(url: string, lookup: (host: string) => Promise<readonly string[]>): Promise<Resolved | null> {
  const host = hostOf(new URL(url));
  if (isIP(host) !== 0) return null;
  try {
    return { ok: true, host, addresses: await lookup(host) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
    return { ok: false, host, code };
  }
}

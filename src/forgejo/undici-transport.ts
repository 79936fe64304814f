/** The service's way to Forgejo: undici, with the address policy at the socket, where DNS rebinding can't pass it. */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { type AddressPolicy, hostOf, isOpenAddress, type Verdict } from './address-policy.ts';
import { exchange } from './exchange.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from './transport.ts';

/** About 40 000 queued jobs of 190 bytes; several answers may be in memory at once, so a pool's server must not choose their size. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** TCP and TLS within a cluster or a continent take less; a SYN that was lost twice is not waited for. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Per server and CA bundle: 16 effects and the reads of a few scopes at once. */
const CONNECTIONS = 32;
/** CA bundles change rarely; an agent left over holds no socket after a few seconds. */
const MAX_AGENTS = 64;

export interface UndiciTransportOptions {
  readonly addressPolicy: AddressPolicy;
  readonly userAgent: string;
  readonly maxBodyBytes?: number;
  /** Resolves names; the system's resolver when not given. */
  readonly lookup?: LookupFunction;
}

/**
 * Sends requests with undici. Redirects are not followed, `HTTP_PROXY` and its kin are not read (the policy judges the
 * address that is connected to), the answer ends within `timeoutMs` and `maxBodyBytes`.
 */
export function createUndiciTransport(options: UndiciTransportOptions): { readonly transport: Transport; close(): Promise<void> } {
  const agents = new Map<string, Agent>();
  const judged = lastKept((url: string) => judge(options.addressPolicy, url));

  function agentFor(verdict: Verdict, ca: string | undefined): Agent {
    const key = `${verdict} ${ca === undefined ? '' : createHash('sha256').update(ca).digest('hex')}`;
    const agent = agents.get(key) ?? createAgent(options, verdict, ca);
    agents.delete(key);
    agents.set(key, agent);
    if (agents.size > MAX_AGENTS) closeOldest();
    return agent;
  }

  function closeOldest(): void {
    const [first] = agents;
    if (first === undefined) return;
    const [oldest, idle] = first;
    agents.delete(oldest);
    void idle.close();
  }

  async function transport({ url, method, headers, body, timeoutMs, ca }: HttpRequest): Promise<HttpResponse> {
    const { verdict, origin, path } = judged(url);
    const withAgent = { 'user-agent': options.userAgent, ...headers };
    return exchange(agentFor(verdict, ca), { origin, path, method, headers: withAgent, body: body ?? null }, timeoutMs);
  }

  return { transport, close: async () => void (await Promise.all([...agents.values()].map((agent) => agent.destroy()))) };
}

/** A burst asks one URL a hundred times: what was made of the last text is kept. */
function lastKept<V>(make: (text: string) => V): (text: string) => V {
  let last: { readonly text: string; readonly value: V } | null = null;
  return (text) => {
    if (last?.text !== text) last = { text, value: make(text) };
    return last.value;
  };
}

interface Target {
  readonly verdict: Verdict;
  readonly origin: string;
  /** With its query. */
  readonly path: string;
}

function judge(policy: AddressPolicy, text: string): Target {
  const url = URL.parse(text);
  if (url === null) throw new TransportError({ kind: 'unreachable', code: 'ERR_INVALID_URL' });
  const verdict = policy.judge(url);
  const host = hostOf(url);
  const literal = isIP(host) !== 0;
  if (verdict === 'refused' || (verdict === 'checked' && literal && !isOpenAddress(host))) {
    throw new TransportError({ kind: 'addressRefused', host });
  }
  return { verdict, origin: url.origin, path: `${url.pathname}${url.search}` };
}

function createAgent(options: UndiciTransportOptions, verdict: Verdict, ca: string | undefined): Agent {
  const resolve: LookupFunction = options.lookup ?? lookup;
  return new Agent({
    connections: CONNECTIONS,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: options.maxBodyBytes ?? MAX_BODY_BYTES,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      allowH2: false,
      lookup: verdict === 'named' ? resolve : openLookup(resolve),
      ...(ca === undefined ? {} : { ca }),
    },
  });
}

/** Resolves to the open addresses of a name only; it is the socket's own look-up, so what it checked is what is connected to. */
function openLookup(resolve: LookupFunction): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses, family) => {
      if (error !== null) return callback(error, '');
      const found = typeof addresses === 'string' ? [{ address: addresses, family: family ?? 0 }] : addresses;
      const open = found.filter(({ address }) => isOpenAddress(address));
      const [first] = open;
      if (first === undefined) return callback(new TransportError({ kind: 'addressRefused', host }), '');
      return options.all === true ? callback(null, open) : callback(null, first.address, first.family);
    });
  };
}

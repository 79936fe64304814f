/**
 * Reads secrets of OpenBao as the service's own service account. With inline authentication (Vault has none) the login
 * goes with the read, and no token of OpenBao ever exists; otherwise one is kept in memory for each role.
 */
import { type HttpRequest, type Transport, TransportError } from '../forgejo/transport.ts';
import type { OpenBaoTrouble } from '../pool/failure.ts';
import {
  type LoginOutcome,
  outcomeOfError,
  outcomeOfLogin,
  outcomeOfRead,
  type ReadOutcome,
  type Refusal,
  unavailable,
} from './answers.ts';

export interface SecretPlace {
  readonly role: string;
  /** API path below `/v1/`, with `data`. */
  readonly path: string;
}

/** One question that has its answer, or that could not be asked. */
export interface EndedRead {
  /** `read`: with inline authentication it has the login in it. */
  readonly endpoint: 'login' | 'read';
  readonly outcome: 'good' | 'denied' | 'missing' | OpenBaoTrouble['kind'];
}

export type ReadListener = (read: EndedRead) => void;

export interface SecretReader {
  /** Never rejects for what OpenBao or the file does. */
  read(place: SecretPlace): Promise<ReadOutcome>;
}

export interface SecretReaderOptions {
  /** Must not follow redirects: the token of the service would go along. */
  readonly transport: Transport;
  /** Base URL, without a slash at its end. */
  readonly address: string;
  /** Without `auth/`. */
  readonly mount: string;
  readonly namespace: string | null;
  /** PEM as it is now, null for the system's. */
  readonly ca: () => string | null;
  readonly inline: boolean;
  /** The service account token as it is now: it is renewed on disk. Rejects with an error that has a `code`. */
  readonly serviceAccountToken: () => Promise<string>;
  readonly timeoutMs: number;
  readonly onEnded?: ReadListener;
}

export function createSecretReader(options: SecretReaderOptions): SecretReader {
  const { address, mount, namespace, timeoutMs } = options;
  /** By role. */
  const tokens = new Map<string, string>();

  async function send<T extends ReadOutcome | LoginOutcome>(
    request: Pick<HttpRequest, 'method' | 'headers' | 'body'> & { readonly path: string },
    outcomeOf: (response: Awaited<ReturnType<Transport>>) => T,
  ): Promise<T | Refusal> {
    const { path, headers, ...rest } = request;
    const ca = options.ca();
    try {
      const response = await options.transport({
        ...rest,
        url: `${address}/v1/${path}`,
        headers: { accept: 'application/json', ...(namespace !== null && { 'x-vault-namespace': namespace }), ...headers },
        timeoutMs,
        ...(ca !== null && { ca }),
      });
      return outcomeOf(response);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      return outcomeOfError(error);
    }
  }

  /** Never kept: the kubelet writes a new one long before the old one ends. */
  async function identity(): Promise<string | Refusal> {
    try {
      const token = (await options.serviceAccountToken()).trim();
      return HEADER_SAFE.test(token) ? token : unavailable({ kind: 'noServiceAccountToken', code: 'NO_TOKEN_IN_IT' });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
      return unavailable({ kind: 'noServiceAccountToken', code });
    }
  }

  function told<T extends ReadOutcome | LoginOutcome>(endpoint: EndedRead['endpoint'], outcome: T): T {
    options.onEnded?.({ endpoint, outcome: wordOf(outcome) });
    return outcome;
  }

  async function readInline({ role, path }: SecretPlace): Promise<ReadOutcome> {
    const jwt = await identity();
    if (typeof jwt !== 'string') return told('read', jwt);
    const headers = {
      'x-vault-inline-auth-path': `auth/${mount}/login`,
      'x-vault-inline-auth-parameter-role': parameter('role', role),
      'x-vault-inline-auth-parameter-jwt': parameter('jwt', jwt),
    };
    return told('read', await send({ method: 'GET', path, headers }, outcomeOfRead));
  }

  async function login(role: string): Promise<LoginOutcome> {
    const jwt = await identity();
    if (typeof jwt !== 'string') return told('login', jwt);
    const headers = { 'content-type': 'application/json' };
    const outcome = await send(
      { method: 'POST', path: `auth/${mount}/login`, headers, body: JSON.stringify({ role, jwt }) },
      outcomeOfLogin,
    );
    if (outcome.kind === 'loggedIn') tokens.set(role, outcome.token);
    return told('login', outcome);
  }

  /** A token that has ended is refused like one that may not: one login tells which it was. */
  async function readLoggedIn({ role, path }: SecretPlace): Promise<ReadOutcome> {
    const known = tokens.get(role);
    if (known !== undefined) {
      const outcome = await readWith(known, path);
      if (outcome.kind !== 'denied') return outcome;
      tokens.delete(role);
    }
    const fresh = await login(role);
    return fresh.kind === 'loggedIn' ? readWith(fresh.token, path) : fresh;
  }

  async function readWith(token: string, path: string): Promise<ReadOutcome> {
    return told('read', await send({ method: 'GET', path, headers: { 'x-vault-token': token } }, outcomeOfRead));
  }

  return { read: options.inline ? readInline : readLoggedIn };
}

function wordOf(outcome: ReadOutcome | LoginOutcome): EndedRead['outcome'] {
  switch (outcome.kind) {
    case 'read':
    case 'loggedIn':
      return 'good';
    case 'denied':
    case 'missing':
      return outcome.kind;
    case 'unavailable':
      return outcome.because.kind;
  }
}

const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** As OpenBao reads it: base64url, without padding, of a small JSON object. */
function parameter(key: string, value: string): string {
  return Buffer.from(JSON.stringify({ key, value })).toString('base64url');
}

/**
 * A server on the loopback address that answers with recorded pairs: Forgejo's ID tokens, OpenBao, and a registry's /v2/ if asked.
 * What the recording masks, it fills with canaries, so that a test can look for them.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pairOf } from './recordings.ts';

export const CANARIES = {
  requestToken: 'canary-request-token-4f1c',
  jwt: 'eyJhbGciOiJSUzI1NiJ9.Y2FuYXJ5LWp3dA.canary-signature-77aa',
  clientToken: 's.canaryclienttoken0000001',
} as const;

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** As a server that hangs. */
  readonly afterMs?: number;
}

/** By method and path without the query: the label of a pair, or an answer of a test's own. */
export type Script = Readonly<Record<string, string | Answer>>;

export interface Replay {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

export const ID_TOKEN_PATH = '/api/actions/_apis/pipelines/workflows/97/idtoken';

/** All goes well for a role that may read the secret. */
export const GOOD: Script = {
  [`GET ${ID_TOKEN_PATH}`]: 'id token: while the job runs',
  'POST /v1/auth/forgejo/login': 'login: service token',
  'GET /v1/kv/data/ci/acme/app/harbor': 'kv: service',
  'POST /v1/auth/token/revoke-self': 'revoke-self (policy allows)',
};

function answerOf(scripted: string | Answer): Answer {
  if (typeof scripted !== 'string') return scripted;
  const { status, body } = pairOf(scripted);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, body: text.replace('<jwt>', CANARIES.jwt).replace(/<masked [^"]*prefix=[sb]\.>/, CANARIES.clientToken) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const NOTHING: Answer = { status: 404, body: '{"errors":[]}' };

export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** `own` answers what the script does not know; what nobody knows is 404, as a path that OpenBao does not have. */
export async function startReplay(
  script: Script,
  own: (received: Received) => Answer | null = () => null,
  tls: Tls | null = null,
): Promise<Replay> {
  const received: Received[] = [];
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: await bodyOf(request) };
    received.push(seen);
    const scripted = script[`${seen.method} ${seen.path.split('?')[0]}`];
    const answer = (scripted === undefined ? own(seen) : answerOf(scripted)) ?? NOTHING;
    await delay(answer.afterMs ?? 0);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => void serve(request, response);
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: tls === null ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

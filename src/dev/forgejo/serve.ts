/** HTTP skin of the embedded Forgejo, on loopback only: for `curl`, the demo and real runners. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TransportError } from '../../forgejo/transport.ts';
import type { EmbeddedForgejo } from './embedded.ts';

/** The real server waits as long as its client does. */
const NO_TIMEOUT_MS = Number.POSITIVE_INFINITY;

export interface ServedForgejo {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** `port` 0 takes a free one. Rejects when the port is in use. */
export async function serveForgejo(forgejo: EmbeddedForgejo, port = 0): Promise<ServedForgejo> {
  const server = createServer((request, response) => {
    serveRequest(forgejo, request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function serveRequest(forgejo: EmbeddedForgejo, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers[name] = value;
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`).href;
  const body = await readBody(request);
  try {
    const answer = await forgejo.handle({ method: request.method ?? 'GET', url, headers, body, timeoutMs: NO_TIMEOUT_MS });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    request.socket.destroy();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return address.port;
}

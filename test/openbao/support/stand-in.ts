/** A server on loopback that answers as OpenBao was recorded, and keeps what it was asked. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { HttpResponse } from '../../../src/forgejo/transport.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StandIn {
  readonly url: string;
  readonly asked: Asked[];
  /** What is answered from now on. */
  answer: (request: Asked) => HttpResponse;
  close(): Promise<void>;
}

/** With `tls` it is `https://localhost`. */
export async function standIn(answer: StandIn['answer'], tls?: { readonly cert: string; readonly key: string }): Promise<StandIn> {
  const asked: Asked[] = [];
  const handler: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      asked.push(seen);
      const answered = running.answer(seen);
      response.writeHead(answered.status, answered.headers).end(answered.body);
    });
  };
  const server: Server = tls === undefined ? createServer(handler) : createTlsServer(tls, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  const running: StandIn = {
    url: tls === undefined ? `http://127.0.0.1:${address.port}` : `https://localhost:${address.port}`,
    asked,
    answer,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return running;
}

/** The value that a header of inline authentication carries. */
export function parameterOf(header: string | string[] | undefined): unknown {
  return JSON.parse(Buffer.from(String(header), 'base64url').toString());
}

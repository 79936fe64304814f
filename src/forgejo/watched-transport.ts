/** A transport that tells how each request went, for meters and the log: words and numbers, never a URL, a header or a body. */
import type { Clock } from '../clock.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import { type HttpRequest, type Transport, TransportError } from './transport.ts';

export interface EndedRequest {
  readonly endpoint: Endpoint;
  readonly method: HttpRequest['method'];
  /** The HTTP status, or a word for why there was none. */
  readonly status: string;
  readonly ms: number;
}

export type RequestListener = (request: EndedRequest) => void;

export function watchTransport(transport: Transport, clock: Pick<Clock, 'now'>, listeners: readonly RequestListener[]): Transport {
  return async (request) => {
    const began = clock.now();
    const ended = (status: string): void => {
      const { method } = request;
      for (const listener of listeners) listener({ endpoint: endpointOf(request), method, status, ms: clock.now() - began });
    };
    try {
      const response = await transport(request);
      ended(wordForStatus(response.status));
      return response;
    } catch (error) {
      ended(error instanceof TransportError ? wordForError(error.because) : 'error');
      throw error;
    }
  };
}

/** A server chooses its status: what HTTP does not know is one word, so that the number of words stays bounded. */
function wordForStatus(status: number): string {
  return status >= 100 && status <= 599 ? String(status) : 'invalid';
}

/** Codes of Node and undici in a few words; `tls` is every code of a certificate or a handshake. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CLOSED: 'reset',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
};

function wordForError(because: TransportError['because']): string {
  switch (because.kind) {
    case 'timeout':
      return 'timeout';
    case 'addressRefused':
      return 'address-refused';
    case 'unreachable':
      return WORDS[because.code] ?? (/CERT|SSL|TLS/.test(because.code) ? 'tls' : 'unreachable');
  }
}

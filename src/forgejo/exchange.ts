/**
 * One request and its whole answer, over undici. A burst sends a hundred of them: a stream for each answer and a signal for each
 * time-out would cost more than all else that we do for a request.
 */
import type { Dispatcher } from 'undici';
import { type HttpResponse, TransportError } from './transport.ts';

const utf8 = new TextDecoder();

/** What undici is told; nobody hears of it, for the exchange is over by then. */
const TOO_LATE = new Error('the answer did not come in time');

/** Ends within `timeoutMs`, from now to the last byte of the answer. Rejects with a TransportError only. */
export function exchange(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions, timeoutMs: number): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let sending: Dispatcher.DispatchController | null = null;
    let head: Pick<HttpResponse, 'status' | 'headers'> = { status: 0, headers: {} };
    const chunks: Buffer[] = [];
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new TransportError({ kind: 'timeout' }));
      sending?.abort(TOO_LATE);
    }, timeoutMs).unref();

    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        // It waited for a connection until it was too late, and must not be sent behind our back. What is thrown here ends this
        // request alone; an abort would end the connection that it has just been given, and others wait for that.
        if (isLate) throw TOO_LATE;
        sending = controller;
      },
      onResponseStart(_controller, status, headers) {
        head = { status, headers: flatten(headers) };
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        resolve({ ...head, body: utf8.decode(Buffer.concat(chunks)) });
      },
      onResponseError(_controller, error) {
        clearTimeout(timer);
        reject(error instanceof TransportError ? error : new TransportError({ kind: 'unreachable', code: codeOf(error) }));
      },
    });
  });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

/** Node's or undici's code; never the message, which can quote a header. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return 'UNKNOWN';
  return error.code;
}

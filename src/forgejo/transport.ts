/**
 * How a request reaches Forgejo. The service sends it with undici (`undici-transport.ts`); tests and the embedded world
 * answer it with a plain function.
 */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Absolute URL. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From sending to the last byte of the answer, ms. */
  readonly timeoutMs: number;
  /** PEM bundle to trust instead of the system's. */
  readonly ca?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request and never follows a redirect. Rejects with a TransportError only. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;

/** No answer: the time was over, the connection failed or broke, or the address may not be spoken to. */
export class TransportError extends Error {
  readonly because:
    | { readonly kind: 'timeout' }
    | { readonly kind: 'unreachable'; readonly code: string }
    | { readonly kind: 'addressRefused'; readonly host: string };

  constructor(cause: TransportError['because']) {
    super(cause.kind === 'unreachable' ? `unreachable: ${cause.code}` : cause.kind);
    this.name = 'TransportError';
    this.because = cause;
  }
}

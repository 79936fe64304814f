/** Log lines as JSON: a static message plus data. Bodies and secrets never get here; redaction is the second fence. */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import type { RequestListener } from './forgejo/watched-transport.ts';
import { currentCallId } from './service/call-id.ts';

const SECRET_KEYS = ['authorization', 'token', 'tokens', 'password', 'data', 'stringData', 'body', 'payload', 'credentials', 'secret'];

export function createLog(level: Config['logLevel'], destination?: DestinationStream): Logger {
  const options = {
    level,
    mixin: callOfLine,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError, error: describeError, req: describeRequest, res: describeResponse },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** `call` is the same in every line of one hook call. */
function callOfLine(): object {
  const call = currentCallId();
  return call === undefined ? {} : { call };
}

/** At debug level, each request to Forgejo: which question, how it went, how long it took. */
export function requestLog(log: Logger): RequestListener {
  return ({ endpoint, method, status, ms }) => log.debug({ endpoint, method, status, ms }, 'asked Forgejo');
}

/** Messages of these come from us or from the engine's own checks; those of parsers and clients may quote what they choked on. */
const SAFE_MESSAGES: ReadonlySet<string> = new Set([
  'AnswerError',
  'ConfigError',
  'TransportError',
  'TypeError',
  'RangeError',
  'ReferenceError',
]);

/** Type, code, place and cause of an error; its message only where that can hold no data. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    ...(SAFE_MESSAGES.has(error.name) && { message: withoutQuotes(error.message) }),
    ...(code !== undefined && { code }),
    ...('violation' in error && { violation: error.violation }),
    ...('child' in error && { child: error.child }),
    stack: (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

function withoutQuotes(message: string): string {
  return message.replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '…');
}

function describeRequest(request: { readonly method?: unknown; readonly url?: unknown }): object {
  return { method: request.method, url: request.url };
}

function describeResponse(response: { readonly statusCode?: unknown }): object {
  return { statusCode: response.statusCode };
}

/** Every error answer of the service: Metacontroller shows the body in an event, so the texts are static. */

export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly error: string };
}

export const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

const REFUSED_BY_CODE: ReadonlyMap<string, ErrorAnswer> = new Map([
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', answer(415, 'the Content-Type must be application/json')],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', answer(400, 'the body is empty, a JSON object was expected')],
  ['FST_ERR_CTP_INVALID_JSON_BODY', answer(400, 'the body is not valid JSON')],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', answer(400, 'the body does not have the length that its header says')],
  ['FST_ERR_CTP_BODY_TOO_LARGE', answer(413, `the body is larger than ${BODY_LIMIT_BYTES / 1024 / 1024} MiB`)],
]);

export const UNAUTHORIZED = answer(401, 'unauthorized');
export const NO_SUCH_ROUTE = answer(404, 'no such route');
export const OVERLOADED = answer(429, 'busy, call again');
export const INTERNAL_ERROR = answer(500, 'internal error, see the log of the operator');

/** The refusal of a request that could not be read, or null when the error is ours. */
export function refusalOf(error: unknown): ErrorAnswer | null {
  if (!(error instanceof Error)) return null;
  return 'code' in error && typeof error.code === 'string' ? (REFUSED_BY_CODE.get(error.code) ?? null) : null;
}

function answer(status: number, error: string): ErrorAnswer {
  return { status, body: { error } };
}

/** Answers in the shape of the real server (recordings/forgejo). */
import type { HttpResponse } from '../../forgejo/transport.ts';
import type { State } from './state.ts';

const JSON_TYPE = 'application/json;charset=utf-8';

export function jsonResponse(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: `${JSON.stringify(value)}\n` };
}

export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers, body: '' };
}

export function textResponse(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain;charset=utf-8' }, body };
}

/** `{"message", "url"}`, with `errors` where the real one sends that list. */
export function errorResponse(state: State, status: number, message: string, errors?: readonly string[]): HttpResponse {
  const url = `${state.rootUrl}/api/swagger`;
  return jsonResponse(status, errors === undefined ? { message, url } : { message, url, errors });
}

export function targetNotFound(state: State): HttpResponse {
  return errorResponse(state, 404, "The target couldn't be found.", []);
}

/** Only a GET gets a body, as Go's `http.Redirect` does it. */
export function redirectResponse(status: 301 | 307, method: string, location: string): HttpResponse {
  if (method !== 'GET') return emptyResponse(status, { location });
  const phrase = status === 301 ? 'Moved Permanently' : 'Temporary Redirect';
  const href = location.replaceAll('&', '&amp;').replaceAll('"', '&#34;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', location },
    body: `<a href="${href}">${phrase}</a>.\n\n`,
  };
}

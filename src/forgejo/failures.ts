/**
 * From an answer or a broken connection to the one reason that the rest of the code reasons about. The texts are those of
 * Forgejo 15.0.3 (facts: section 1, "Authorization"; the recorded authorization matrix is the test).
 */
import type { ForgejoFailure } from '../pool/failure.ts';
import type { HttpRequest, HttpResponse, TransportError } from './transport.ts';

/** Which call failed; `path` without host and query. */
export interface Where {
  readonly method: HttpRequest['method'];
  readonly path: string;
}

const SCOPE_TOO_NARROW = /^token does not have at least one of required scope\(s\): \[([^\]]*)\]/;
/** A scope of a token as Forgejo writes it, at most so many: whatever else stands there is somebody's text, not a scope. */
const SCOPE = /^(read|write):[a-z]{1,30}$/;
const MAX_SCOPES = 5;
/** A Location reaches conditions and events, so a server must not write sentences with it. */
const SANE_LOCATION = /^[\w./:~%-]*$/;
const MAX_LOCATION_LENGTH = 300;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** The failure that an answer other than the documented success means. */
export function failureOfResponse(where: Where, response: HttpResponse): ForgejoFailure {
  const { status } = response;
  const message = messageOf(response.body);
  if (status === 401) return { ...where, kind: 'unauthorized' };
  if (status === 403) return refused(where, message);
  if (status === 404) return missing(where, message);
  if (status === 429) return { ...where, kind: 'throttled', retryAfterSeconds: seconds(response.headers['retry-after']) };
  if (REDIRECTS.includes(status)) return { ...where, kind: 'moved', location: withoutQuery(response.headers.location ?? '') };
  if (status >= 500) return { ...where, kind: 'serverError', status };
  return { ...where, kind: 'rejected', status };
}

/** The failure that no answer means. */
export function failureOfError(where: Where, error: TransportError, afterMs: number): ForgejoFailure {
  const { because } = error;
  switch (because.kind) {
    case 'timeout':
      return { ...where, kind: 'timeout', afterMs };
    case 'unreachable':
      return { ...where, kind: 'unreachable', code: because.code };
    case 'addressRefused':
      return { ...where, kind: 'addressRefused', host: because.host };
  }
}

function refused(where: Where, message: string): ForgejoFailure {
  const scopes = SCOPE_TOO_NARROW.exec(message)?.[1];
  if (scopes !== undefined) return { ...where, kind: 'scopeTooNarrow', required: scopesOf(scopes) };
  return { ...where, kind: 'forbidden', because: forbiddenBecause(message) };
}

function scopesOf(text: string): readonly string[] {
  const scopes = text.split(/[\s,]+/).filter((scope) => SCOPE.test(scope));
  return scopes.slice(0, MAX_SCOPES);
}

function forbiddenBecause(message: string): Extract<ForgejoFailure, { kind: 'forbidden' }>['because'] {
  if (message === 'user should be the owner of the repo') return 'notOwner';
  if (message === 'user should be the site admin') return 'notSiteAdmin';
  if (message === 'Must be an organization owner') return 'notOrganizationOwner';
  if (message.startsWith('token scope is limited to public')) return 'publicOnly';
  return 'other';
}

function missing(where: Where, message: string): ForgejoFailure {
  if (message === 'No permission to delete this runner') return { ...where, kind: 'notOurs' };
  if (/^runner with ID -?\d+: resource does not exist$/.test(message)) return { ...where, kind: 'notFound', what: 'runner' };
  if (message === 'GetOrgByName') return { ...where, kind: 'notFound', what: 'organization' };
  if (message === "The target couldn't be found.") return { ...where, kind: 'notFound', what: 'target' };
  return { ...where, kind: 'notFound', what: 'other' };
}

/** `message` of a JSON error body, else ''. It stays inside this file: a 401 echoes the presented token. */
function messageOf(body: string): string {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null || !('message' in json)) return '';
    return typeof json.message === 'string' ? json.message : '';
  } catch {
    return '';
  }
}

/** Only the seconds form of `Retry-After`; a date says nothing without the proxy's clock. */
function seconds(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : null;
}

/** The path of a relative Location (Forgejo's own); origin and path when a proxy leads to another server; '' for anything odd. */
function withoutQuery(location: string): string {
  const place = placeOf(location);
  return SANE_LOCATION.test(place) ? place.slice(0, MAX_LOCATION_LENGTH) : '';
}

function placeOf(location: string): string {
  if (location.startsWith('/') && !location.startsWith('//')) return location.replace(/[?#].*$/s, '');
  const url = URL.canParse(location) ? new URL(location) : null;
  return url === null ? '' : `${url.origin}${url.pathname}`;
}

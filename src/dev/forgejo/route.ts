/** Which call a method and a path mean. */
import type { ScopePath } from './authorize.ts';
import type { RepositoryPath } from './repository-route.ts';
import { RPC_METHODS, type RpcMethod } from './rpc.ts';
import type { RunnerEndpoint } from './runner-routes.ts';

export type Route =
  | { readonly kind: 'version' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'healthz' }
  | { readonly kind: 'Ping' }
  | { readonly kind: 'rpc'; readonly method: RpcMethod }
  | { readonly kind: 'runners'; readonly scope: ScopePath; readonly endpoint: RunnerEndpoint }
  | { readonly kind: 'repository'; readonly path: RepositoryPath }
  | { readonly kind: 'methodNotAllowed' }
  | { readonly kind: 'unknown' };

/** What requests are counted by, and faults are aimed at. */
export type EndpointName = 'version' | 'settings' | 'healthz' | 'Ping' | 'repository' | RpcMethod | RunnerEndpoint['kind'] | 'other';

const RPC_PATH = /^\/api\/actions\/runner\.v1\.RunnerService\/(\w+)$/;
const SCOPE_PATH = /^\/api\/v1\/(admin|user|orgs\/[^/]+|repos\/[^/]+\/[^/]+)\/actions\/runners(?:\/([^/]+))?$/;
const REPOSITORY_PATH = /^\/api\/v1\/repos\/([^/]+)\/([^/]+)$/;
const DEPRECATED_PATH = /^\/api\/v1\/admin\/runners\/(registration-token|jobs)$/;
const UNKNOWN: Route = { kind: 'unknown' };

/** `path`: below the root URL, without query. */
export function routeOf(method: string, path: string): Route {
  const fixed = fixedRoute(method, path);
  if (fixed !== null) return fixed;
  const rpc = RPC_PATH.exec(path)?.[1];
  if (rpc !== undefined) return rpcRoute(method, rpc);
  const deprecated = DEPRECATED_PATH.exec(path)?.[1];
  if (deprecated !== undefined) return runnersRoute(method, { kind: 'instance' }, deprecated);
  const repository = method === 'GET' ? REPOSITORY_PATH.exec(path) : null;
  if (repository !== null) return repositoryRoute(repository);
  const match = SCOPE_PATH.exec(path);
  return match?.[1] === undefined ? UNKNOWN : runnersRoute(method, scopeOf(match[1]), match[2]);
}

export function endpointNameOf(route: Route): EndpointName {
  switch (route.kind) {
    case 'version':
    case 'settings':
    case 'healthz':
    case 'Ping':
    case 'repository':
      return route.kind;
    case 'rpc':
      return route.method;
    case 'runners':
      return route.endpoint.kind;
    case 'methodNotAllowed':
    case 'unknown':
      return 'other';
  }
}

function fixedRoute(method: string, path: string): Route | null {
  if (method === 'GET' && path === '/api/v1/version') return { kind: 'version' };
  if (method === 'GET' && path === '/api/v1/settings/api') return { kind: 'settings' };
  if (method === 'GET' && path === '/api/healthz') return { kind: 'healthz' };
  return method === 'POST' && path === '/api/actions/ping.v1.PingService/Ping' ? { kind: 'Ping' } : null;
}

function rpcRoute(method: string, name: string): Route {
  const known = RPC_METHODS.find((rpc) => rpc === name);
  if (known === undefined) return UNKNOWN;
  return method === 'POST' ? { kind: 'rpc', method: known } : { kind: 'methodNotAllowed' };
}

function repositoryRoute([, owner = '', name = '']: readonly string[]): Route {
  return { kind: 'repository', path: { owner: decoded(owner), name: decoded(name) } };
}

/** `jobs` and `registration-token` are names only for a GET: to a DELETE they are ids like any other text. */
function runnersRoute(method: string, scope: ScopePath, last: string | undefined): Route {
  const endpoint = last === undefined ? listEndpoint(method) : itemEndpoint(method, decoded(last));
  return endpoint === null ? { kind: 'methodNotAllowed' } : { kind: 'runners', scope, endpoint };
}

function listEndpoint(method: string): RunnerEndpoint | null {
  if (method === 'GET') return { kind: 'list' };
  return method === 'POST' ? { kind: 'create' } : null;
}

function itemEndpoint(method: string, id: string): RunnerEndpoint | null {
  if (method === 'DELETE') return { kind: 'delete', id };
  if (method !== 'GET') return null;
  if (id === 'jobs') return { kind: 'jobs' };
  return id === 'registration-token' ? { kind: 'registrationToken' } : { kind: 'get', id };
}

function scopeOf(path: string): ScopePath {
  const [first = '', owner = '', name = ''] = path.split('/').map(decoded);
  if (first === 'admin') return { kind: 'instance' };
  if (first === 'user') return { kind: 'user' };
  return first === 'orgs' ? { kind: 'organization', name: owner } : { kind: 'repository', owner, name };
}

/** A malformed escape stays as it is: it names nothing that exists. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Which question a request is, as a fixed word: paths hold names of organizations and ids, and meters must not. */
import type { HttpRequest } from './transport.ts';

interface EndpointRow {
  readonly endpoint: string;
  readonly method: HttpRequest['method'];
  /** The end of the path: the base URL may have a path of its own. */
  readonly path: RegExp;
}

/** The first row that fits: a repository may be called `actions/runners`. */
const ENDPOINTS = [
  { endpoint: 'get-version', method: 'GET', path: /\/api\/v1\/version$/ },
  { endpoint: 'get-repository', method: 'GET', path: /\/api\/v1\/repos\/[^/]+\/[^/]+$/ },
  { endpoint: 'list-jobs', method: 'GET', path: /\/actions\/runners\/jobs$/ },
  { endpoint: 'list-runners', method: 'GET', path: /\/actions\/runners$/ },
  { endpoint: 'get-runner', method: 'GET', path: /\/actions\/runners\/\d+$/ },
  { endpoint: 'register', method: 'POST', path: /\/actions\/runners$/ },
  { endpoint: 'deregister', method: 'DELETE', path: /\/actions\/runners\/\d+$/ },
  { endpoint: 'update-log', method: 'POST', path: /\/runner\.v1\.RunnerService\/UpdateLog$/ },
  { endpoint: 'update-task', method: 'POST', path: /\/runner\.v1\.RunnerService\/UpdateTask$/ },
] as const satisfies readonly EndpointRow[];

export type Endpoint = (typeof ENDPOINTS)[number]['endpoint'] | 'other';

export function endpointOf({ method, url }: Pick<HttpRequest, 'method' | 'url'>): Endpoint {
  const path = url.replace(/[?#].*$/s, '');
  return ENDPOINTS.find((row) => row.method === method && row.path.test(path))?.endpoint ?? 'other';
}

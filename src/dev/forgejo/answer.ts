/** One request, answered at once: what the real server does between reading a request and writing the answer. */
import type { HttpResponse } from '../../forgejo/transport.ts';
import { authenticate } from './authenticate.ts';
import { authorize, type ScopePath } from './authorize.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './paging.ts';
import { answerRepository, type RepositoryPath } from './repository-route.ts';
import { emptyResponse, jsonResponse, textResponse } from './respond.ts';
import type { Route } from './route.ts';
import { answerPing, answerRpc } from './rpc.ts';
import { answerRunnerRequest, type RunnerEndpoint } from './runner-routes.ts';
import { nowOf, type State } from './state.ts';
import { tick } from './time-limits.ts';

/** As `GET /api/v1/version` of the recorded server answers. */
export const SERVER_VERSION = '15.0.3+gitea-1.22.0';

const QUERY_TOKEN_WARNING =
  'token and access_token API authentication is deprecated and will be removed in Forgejo v13.0.0. Please use AuthorizationHeaderToken instead. Existing queries will continue to work but without authorization.';

export interface RoutedRequest {
  readonly route: Route;
  readonly method: string;
  /** Below the root URL. */
  readonly path: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function answer(state: State, request: RoutedRequest): HttpResponse {
  tick(state);
  const response = answerRoute(state, request);
  return {
    ...response,
    headers: {
      'cache-control': 'max-age=0, private, must-revalidate, no-transform',
      date: new Date(nowOf(state)).toUTCString(),
      ...response.headers,
    },
  };
}

function answerRoute(state: State, request: RoutedRequest): HttpResponse {
  const { route } = request;
  switch (route.kind) {
    case 'version':
      return jsonResponse(200, { version: SERVER_VERSION });
    case 'settings':
      return jsonResponse(200, {
        max_response_items: MAX_PAGE_SIZE,
        default_paging_num: DEFAULT_PAGE_SIZE,
        default_git_trees_per_page: 1000,
        default_max_blob_size: 10_485_760,
      });
    case 'healthz':
      return jsonResponse(200, { status: 'pass', description: 'embedded' });
    case 'Ping':
      return state.actionsEnabled ? answerPing(request.body) : notFound();
    case 'rpc':
      return state.actionsEnabled ? answerRpc(state, { ...request, method: route.method }) : notFound();
    case 'runners':
      return answerRunners(state, request, route.scope, route.endpoint);
    case 'repository':
      return answerRepositoryRequest(state, request, route.path);
    case 'methodNotAllowed':
      return emptyResponse(405, { allow: 'DELETE' });
    case 'unknown':
      return notFound();
  }
}

function answerRunners(state: State, request: RoutedRequest, scope: ScopePath, endpoint: RunnerEndpoint): HttpResponse {
  const query = request.url.searchParams;
  const identity = authenticate(state, request.headers['authorization'], query);
  const decision = authorize(state, { method: request.method, pathAndQuery: request.url.pathname + request.url.search, scope, identity });
  if (decision.kind === 'refused') return decision.response;
  const response = answerRunnerRequest(state, {
    target: decision.target,
    endpoint,
    url: state.rootUrl + request.path,
    query,
    contentType: request.headers['content-type'],
    body: request.body,
  });
  const warned = identity.kind === 'user' && identity.deprecatedQuery;
  return warned ? { ...response, headers: { ...response.headers, warning: QUERY_TOKEN_WARNING } } : response;
}

function answerRepositoryRequest(state: State, { url, headers }: RoutedRequest, path: RepositoryPath): HttpResponse {
  const identity = authenticate(state, headers['authorization'], url.searchParams);
  return answerRepository(state, path, identity, url.pathname + url.search);
}

function notFound(): HttpResponse {
  return textResponse(404, 'Not found.\n');
}

/**
 * An in-memory Forgejo 15, as far as runners are concerned: REST and runner protocol behind a `Transport`, and functions for
 * everything that people do to it. It answers as the recorded server does (test/fixtures/recordings/forgejo).
 */
import type { Clock } from '../../clock.ts';
import { type HttpRequest, type HttpResponse, TransportError } from '../../forgejo/transport.ts';
import { answer } from './answer.ts';
import { createFaults, type Fault, type FaultRule } from './faults.ts';
import { cancelJob } from './finish.ts';
import { type NewJob, type QueuedHandle, queueJob, rerunJob } from './queue.ts';
import { createRandom } from './random.ts';
import { type EndpointName, endpointNameOf, type Route, routeOf } from './route.ts';
import type { RunnerView } from './runners.ts';
import { createState, DEFAULT_LIMITS, type Deletion, type LogLine, type TimeLimits } from './state.ts';
import { tick } from './time-limits.ts';
import { type JobView, viewJobs, viewLog, viewRunners } from './views.ts';
import * as world from './world.ts';

/** Keeps the faults' randomness apart from that of identifiers, so that a fault rule changes no uuid. */
const FAULT_SEED_OFFSET = 0x5eed;

export interface EmbeddedForgejoOptions {
  readonly clock: Clock;
  /** Default 1. */
  readonly seed?: number;
  /** ROOT_URL; default `http://127.0.0.1:3300`. Requests may come to any host. */
  readonly rootUrl?: string;
  /** Forgejo's time less the clock's, ms; default 0. */
  readonly offsetMs?: number;
  /** Every answer takes this long, ms; default 0. */
  readonly latencyMs?: number;
  /** `[actions] ENABLED`; default true. */
  readonly actionsEnabled?: boolean;
  /** Default: Forgejo's own. */
  readonly limits?: Partial<TimeLimits>;
}

/** Any method may be asked for; a `Transport` only sends three. */
export type EmbeddedRequest = Omit<HttpRequest, 'method'> & { readonly method: string };

/** What a request is aimed at: runners poll the same few addresses, and parsing one takes longer than answering it. */
interface Target {
  readonly url: URL;
  readonly path: string;
  readonly route: Route;
  readonly endpoint: EndpointName;
}
const MAX_TARGETS = 1000;

type Bound<F> = F extends (state: never, ...rest: infer Rest) => infer Returned ? (...rest: Rest) => Returned : never;

export interface EmbeddedForgejo {
  /** A `Transport`. A request that is slower than its `timeoutMs` is served all the same, and rejects. */
  readonly handle: (request: EmbeddedRequest) => Promise<HttpResponse>;
  /** Runs the time limits and unblocks needs; every request does that too. */
  tick(): void;
  setFaults(rules: readonly FaultRule[]): void;
  setActionsEnabled(enabled: boolean): void;
  /** Requests so far, faulted ones included. */
  readonly counters: Readonly<Partial<Record<EndpointName, number>>>;
  /** How often each kind of fault has hit a request so far. */
  readonly struck: ReadonlyMap<Fault['kind'], number>;
  /** Rows that were deleted over the REST API so far, oldest first. */
  deletions(): readonly Deletion[];
  jobs(): readonly JobView[];
  runners(): readonly RunnerView[];
  log(taskId: number): readonly LogLine[];
  queueJob(job: NewJob): QueuedHandle;
  cancelJob(handle: string): void;
  rerunJob(handle: string): QueuedHandle;
  readonly addUser: Bound<typeof world.addUser>;
  readonly addOrganization: Bound<typeof world.addOrganization>;
  readonly addRepository: Bound<typeof world.addRepository>;
  readonly addToken: Bound<typeof world.addToken>;
  readonly revokeToken: Bound<typeof world.revokeToken>;
  readonly renameOrganization: Bound<typeof world.renameOrganization>;
  readonly renameRepository: Bound<typeof world.renameRepository>;
  readonly transferRepository: Bound<typeof world.transferRepository>;
  readonly deleteRepository: Bound<typeof world.deleteRepository>;
  readonly setActionsUnit: Bound<typeof world.setActionsUnit>;
}

export function createEmbeddedForgejo(options: EmbeddedForgejoOptions): EmbeddedForgejo {
  const seed = options.seed ?? 1;
  const rootUrl = (options.rootUrl ?? 'http://127.0.0.1:3300').replace(/\/+$/, '');
  const rootPath = new URL(rootUrl).pathname.replace(/\/$/, '');
  const state = createState({
    clock: options.clock,
    seed,
    rootUrl,
    offsetMs: options.offsetMs ?? 0,
    actionsEnabled: options.actionsEnabled ?? true,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  });
  const faults = createFaults(createRandom(seed + FAULT_SEED_OFFSET));
  const targets = new Map<string, Target>();
  const counters: Partial<Record<EndpointName, number>> = {};

  function targetOf({ method, url: text }: EmbeddedRequest): Target {
    const known = targets.get(`${method} ${text}`);
    if (known !== undefined) return known;
    const url = new URL(text);
    const path = url.pathname.startsWith(rootPath) ? url.pathname.slice(rootPath.length) : url.pathname;
    const route = routeOf(method, path);
    const target = { url, path, route, endpoint: endpointNameOf(route) };
    if (targets.size >= MAX_TARGETS) targets.clear();
    targets.set(`${method} ${text}`, target);
    return target;
  }

  async function handle(request: EmbeddedRequest): Promise<HttpResponse> {
    const { url, path, route, endpoint } = targetOf(request);
    counters[endpoint] = (counters[endpoint] ?? 0) + 1;
    const plan = faults.planFor({ endpoint, method: request.method, path });
    const { end } = plan;
    if (end.kind === 'break' && end.after === 'nothing') throw new TransportError({ kind: 'unreachable', code: end.code });
    const delayMs = (options.latencyMs ?? 0) + plan.delayMs;
    if (delayMs > 0) await state.clock.sleep(Math.min(delayMs, request.timeoutMs));
    const { method, headers, body = '' } = request;
    const response = end.kind === 'answer' ? end.response : answer(state, { route, method, path, url, headers, body });
    if (delayMs >= request.timeoutMs) throw new TransportError({ kind: 'timeout' });
    if (end.kind === 'break') throw new TransportError({ kind: 'unreachable', code: end.code });
    return response;
  }

  return {
    handle,
    tick: () => tick(state),
    setFaults: faults.set,
    setActionsEnabled(enabled) {
      state.actionsEnabled = enabled;
    },
    counters,
    struck: faults.struck,
    deletions: () => [...state.deletions],
    jobs: () => viewJobs(state),
    runners: () => viewRunners(state),
    log: (taskId) => viewLog(state, taskId),
    queueJob: (job) => queueJob(state, job),
    cancelJob: (handle) => cancelJob(state, handle),
    rerunJob: (handle) => rerunJob(state, handle),
    addUser: (user) => world.addUser(state, user),
    addOrganization: (organization) => world.addOrganization(state, organization),
    addRepository: (repository) => world.addRepository(state, repository),
    addToken: (token) => world.addToken(state, token),
    revokeToken: (sha1) => world.revokeToken(state, sha1),
    renameOrganization: (name, newName) => world.renameOrganization(state, name, newName),
    renameRepository: (path, newName) => world.renameRepository(state, path, newName),
    transferRepository: (path, newOwner) => world.transferRepository(state, path, newOwner),
    deleteRepository: (path) => world.deleteRepository(state, path),
    setActionsUnit: (path, enabled) => world.setActionsUnit(state, path, enabled),
  };
}

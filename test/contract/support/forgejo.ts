/**
 * Forgejo's side of a case: the tables of the embedded Forgejo, filled from data, behind a transport that notes every
 * request. What it answers is the embedded one's doing, which is held against the recordings in test/dev/forgejo.
 */
import type { Clock } from '../../../src/clock.ts';
import { answer } from '../../../src/dev/forgejo/answer.ts';
import { endpointNameOf, routeOf } from '../../../src/dev/forgejo/route.ts';
import { createState, DEFAULT_LIMITS, type Job, type Runner, type State } from '../../../src/dev/forgejo/state.ts';
import { addOrganization, addRepository, addToken, addUser, renameRepository, setActionsUnit } from '../../../src/dev/forgejo/world.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from '../../../src/forgejo/transport.ts';
import type { ContractCase, ContractFault, ForgejoChanges } from './case.ts';

/** What the pools' token Secrets hold. */
export const API_TOKEN = '5e'.repeat(20);
const REPOSITORY = 'acme/app';
const OTHERS_FROM = 1001;

/** One request that Forgejo got, and what became of it. */
export interface NotedRequest {
  readonly request: string;
  /** Of a runner's own call: its uuid. */
  readonly asRunner?: string;
  readonly body?: unknown;
  readonly answered: number | string;
}

export interface ScriptedForgejo {
  readonly transport: Transport;
  change(changes: ForgejoChanges): void;
  /** Requests since the last call of this function. */
  takeRequests(): readonly NotedRequest[];
  /** Every runner token that was ever valid, by registration id. */
  tokens(): ReadonlyMap<number, string>;
  /** Uuids of the registrations that are there now. */
  registered(): ReadonlySet<string>;
}

export function createScriptedForgejo(clock: Clock, { token, offsetMs = 0 }: ContractCase): ScriptedForgejo {
  const state = createState({
    clock,
    seed: 1,
    rootUrl: 'http://forgejo.example.org',
    offsetMs,
    actionsEnabled: true,
    limits: DEFAULT_LIMITS,
  });
  addUser(state, { name: 'owner' });
  addUser(state, { name: 'stranger' });
  addOrganization(state, { name: 'acme', owners: ['owner'] });
  addRepository(state, { path: REPOSITORY });
  if (token !== null) addToken(state, { ...(token ?? { user: 'owner', scopes: ['all'] }), sha1: API_TOKEN });
  const tokens = new Map<number, string>();
  let faults: { readonly rule: ContractFault; hits: number }[] = [];
  let noted: NotedRequest[] = [];

  async function transport(request: HttpRequest): Promise<HttpResponse> {
    const index = noted.length;
    const note = (answered: number | string): void => {
      noted[index] = noteOf(request, answered);
    };
    note('no answer in time');
    const { pathname } = new URL(request.url);
    const endpoint = endpointNameOf(routeOf(request.method, pathname));
    const hits = faults.filter(({ rule, hits }) => hits < (rule.times ?? Number.POSITIVE_INFINITY) && aims(rule, endpoint));
    for (const hit of hits) hit.hits += 1;
    const hit = (kind: string) => hits.map(({ rule }) => rule.fault).find((fault) => fault.kind === kind);

    if (hit('refuse') !== undefined) {
      note('no connection');
      throw new TransportError({ kind: 'unreachable', code: 'ECONNREFUSED' });
    }
    const latency = hit('latency');
    const delayMs = latency?.kind === 'latency' ? latency.ms : 0;
    if (delayMs > 0) await clock.sleep(Math.min(delayMs, request.timeoutMs));
    const scripted = hit('answer');
    const response = scripted?.kind === 'answer' ? scriptedAnswer(scripted) : serve(state, request, pathname);
    for (const runner of state.runners.values()) tokens.set(runner.id, runner.token);
    if (delayMs >= request.timeoutMs) {
      note(`time-out, done (${response.status})`);
      throw new TransportError({ kind: 'timeout' });
    }
    if (hit('loseAnswer') !== undefined) {
      note(`answer lost (${response.status})`);
      throw new TransportError({ kind: 'unreachable', code: 'ECONNRESET' });
    }
    note(response.status);
    const count = hit('totalCount');
    return count?.kind === 'totalCount'
      ? { ...response, headers: { ...response.headers, 'x-total-count': String(count.value) } }
      : response;
  }

  return {
    transport,
    change(changes) {
      applyChanges(state, changes);
      for (const runner of state.runners.values()) tokens.set(runner.id, runner.token);
      faults = (changes.faults ?? []).map((rule) => ({ rule, hits: 0 }));
    },
    takeRequests() {
      const taken = noted;
      noted = [];
      return taken;
    },
    tokens: () => tokens,
    registered: () => new Set([...state.runners.values()].map(({ uuid }) => uuid)),
  };
}

function aims(rule: ContractFault, endpoint: string): boolean {
  return rule.endpoints === undefined || rule.endpoints.some((name) => name === endpoint);
}

function serve(state: State, request: HttpRequest, path: string): HttpResponse {
  const { method, headers, body = '' } = request;
  return answer(state, { route: routeOf(method, path), method, path, url: new URL(request.url), headers, body });
}

function scriptedAnswer({ status, body = '' }: { readonly status: number; readonly body?: string }): HttpResponse {
  return { status, headers: { 'content-type': 'application/json;charset=utf-8' }, body };
}

function noteOf({ method, url, headers, body }: HttpRequest, answered: number | string): NotedRequest {
  const { pathname, search } = new URL(url);
  const runner = headers['x-runner-uuid'];
  return {
    request: `${method} ${pathname}${search}`,
    ...(runner === undefined ? {} : { asRunner: runner }),
    ...(body === undefined ? {} : { body: shortened(JSON.parse(body)) }),
    answered,
  };
}

/** A failure report names 50 steps: their number and the first one tell enough. */
function shortened(body: unknown): unknown {
  const text = JSON.stringify(body, (key, value: unknown) =>
    key === 'steps' && Array.isArray(value) && value.length > 2 ? [value[0], `… ${value.length} in all`] : value,
  );
  return JSON.parse(text);
}

function applyChanges(state: State, changes: ForgejoChanges): void {
  const seconds = Math.floor((state.clock.now() + state.offsetMs) / 1000);
  for (const row of changes.runners ?? []) upsertRunner(state, row, seconds);
  for (let index = 0; index < (changes.otherRunners ?? 0); index += 1) {
    const id = OTHERS_FROM + index;
    upsertRunner(
      state,
      { id, uuid: `00000000-0000-4000-8000-00000000${id}`, name: `other-${id}`, description: '', status: 'idle' },
      seconds,
    );
  }
  for (const path of changes.repositories ?? []) addRepository(state, { path });
  for (const id of changes.gone ?? []) state.runners.delete(id);
  for (const row of changes.jobs ?? []) upsertJob(state, row);
  if (changes.renamedTo !== undefined) renameRepository(state, REPOSITORY, changes.renamedTo);
  if (changes.actionsOff !== undefined) setActionsUnit(state, REPOSITORY, !changes.actionsOff);
}

function upsertRunner(state: State, row: NonNullable<ForgejoChanges['runners']>[number], seconds: number): void {
  const old = state.runners.get(row.id);
  const scope = { ownerId: 3, repositoryId: 0 };
  const runner: Runner = {
    id: row.id,
    uuid: row.uuid ?? required(old?.uuid, `a uuid for registration ${row.id}`),
    token: old?.token ?? `c${row.id.toString(16)}`.padStart(40, '7'),
    ...(old === undefined ? scope : { ownerId: old.ownerId, repositoryId: old.repositoryId }),
    name: row.name ?? required(old?.name, `a name for registration ${row.id}`),
    description: row.description ?? old?.description ?? '',
    ephemeral: row.ephemeral ?? old?.ephemeral ?? true,
    version: old?.version ?? '',
    labels: old?.labels ?? null,
    lastOnline: old?.lastOnline ?? 0,
    lastActive: old?.lastActive ?? 0,
  };
  if (row.status === 'offline' || row.status === 'idle' || row.status === 'active') {
    runner.version = row.version ?? (runner.version || 'v12.8.2');
    runner.labels = ['docker'];
    runner.lastOnline = row.status === 'offline' ? seconds - 120 : seconds;
    runner.lastActive = row.status === 'active' ? seconds : seconds - 120;
  }
  state.runners.set(row.id, runner);
  state.lastIds.runner = Math.max(state.lastIds.runner, row.id < OTHERS_FROM ? row.id : 0);
}

function upsertJob(state: State, row: NonNullable<ForgejoChanges['jobs']>[number]): void {
  const old = state.jobs.get(row.id);
  const now = state.clock.now() + state.offsetMs;
  const running = row.status === 'running';
  const job: Job = {
    id: row.id,
    run: row.id,
    repositoryId: row.repository ?? old?.repositoryId ?? 1,
    ownerId: 3,
    name: row.name ?? old?.name ?? `job ${row.id}`,
    runsOn: row.runsOn ?? old?.runsOn ?? ['docker'],
    needs: [],
    neededJobIds: [],
    always: false,
    concurrencyGroup: null,
    durationMs: 1000,
    fails: false,
    attempt: 1,
    handle: row.handle ?? required(old?.handle, `a handle for job ${row.id}`),
    taskId: running ? required(row.task, `a task for job ${row.id}`) : (old?.taskId ?? 0),
    status: row.status,
    queuedAt: old?.queuedAt ?? now,
    updatedAt: now,
    startedAt: running ? now : (old?.startedAt ?? null),
    stoppedAt: row.status === 'success' || row.status === 'cancelled' ? now : null,
    pastAttempts: [],
  };
  state.jobs.set(row.id, job);
  if (running && row.task !== undefined) addTask(state, job, row.task, row.runner ?? 0, now);
}

function addTask(state: State, job: Job, id: number, runnerId: number, now: number): void {
  state.tasks.set(id, {
    id,
    jobId: job.id,
    runnerId,
    runnerUuid: state.runners.get(runnerId)?.uuid ?? '',
    requestKey: null,
    startedAt: now,
    updatedAt: now,
    status: 'running',
    log: [{ time: null, content: 'a line of the job' }],
    logArchived: false,
  });
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the case lacks ${what}`);
  return value;
}

import type { PerformDeps } from '../../../src/forgejo/perform.ts';
import type { Registered } from '../../../src/forgejo/perform-effect.ts';
import { createReader } from '../../../src/forgejo/reader.ts';
import { type HttpRequest, type HttpResponse, TransportError } from '../../../src/forgejo/transport.ts';
import type { ForgejoView, Ownership } from '../../../src/pool/forgejo.ts';
import type { Effect } from '../../../src/pool/model.ts';
import { describeOwnership } from '../../../src/pool/ownership.ts';
import { ACCESS, ACME, json, list, runnerRow } from './answers.ts';
import { manualClock, NOON } from './manual-clock.ts';

export const DATE = { date: new Date(NOON).toUTCString() };
/** What each registration made here says of itself. */
export const OWNERSHIP: Ownership = { poolUid: 'u', handle: 'h', attempt: 1, createdAt: NOON };
export const REGISTER: Effect = register('pool-a');
export const ASK: Effect = { kind: 'ask', runner: 'pool-a', registration: { id: 7, uuid: 'uuid-7' }, taskId: 35 };
export const REPORT: Effect = { kind: 'report', runner: 'pool-a', registration: { id: 7, uuid: 'uuid-7' }, taskId: 35, cause: 'OOM' };
export const DEREGISTER = {
  kind: 'deregister',
  runner: 'pool-a',
  registration: { id: 7, uuid: 'uuid-7' },
  whenStatus: ['offline', 'idle'],
} satisfies Effect;
export const GONE = json({ message: 'runner with ID 7: resource does not exist' }, 404, DATE);
export const NO_CONTENT: HttpResponse = { status: 204, headers: DATE, body: '' };

export function register(runner: string): Effect {
  const tags = { runner, handle: 'h', repositoryId: 1, job: 'build', attempt: 1, specHash: 'x' };
  return { kind: 'register', tags, description: describeOwnership(OWNERSHIP), ephemeral: true };
}

export type Answer = HttpResponse | TransportError | undefined;

/** A server that answers by method; lists hold runner 7. Every request takes `latencyMs`. */
export function world(answer: (request: HttpRequest) => Answer, latencyMs = 0) {
  const clock = manualClock();
  const requests: string[] = [];
  const transport = async (request: HttpRequest): Promise<HttpResponse> => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith('/jobs')) return json(null, 200, DATE);
    if (pathname.endsWith('/runners') && request.method === 'GET') return list([runnerRow(7)], 1, DATE);
    requests.push(`${request.method} ${pathname.split('/').at(-1)}`);
    await clock.sleep(latencyMs);
    const given = answer(request);
    if (given === undefined || given instanceof TransportError) throw given ?? new TypeError(`not expected: ${request.method} ${pathname}`);
    return given;
  };
  const reader = createReader({ transport, clock });
  const registered: Registered[] = [];
  const deps: PerformDeps = {
    transport,
    clock,
    reader,
    access: ACCESS,
    scope: ACME,
    credentialsOf: (runner) => (runner === 'pool-a' ? { uuid: 'uuid-7', token: 'runner-secret' } : undefined),
    onRegistered: (event) => void registered.push(event),
  };
  const ids = async () => idsOf(await reader.read(ACCESS, ACME, { intervalMs: 60_000 }));
  return { clock, requests, reader, registered, deps, ids };
}

function idsOf(view: ForgejoView): readonly number[] {
  return view.kind === 'answered' ? view.snapshot.registrations.map(({ id }) => id) : [];
}

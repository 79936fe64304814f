/** A Forgejo that is itself, or answers some endpoints with something else, or not at all. */
import fc from 'fast-check';
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { endpointNameOf, routeOf } from '../../../src/dev/forgejo/route.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from '../../../src/forgejo/transport.ts';
import { createScriptedForgejo, type ScriptedForgejo } from '../../contract/support/forgejo.ts';
import { FORGEJO_SECRET } from './canaries.ts';
import { type Mutation, mutated, mutationOf } from './nonsense.ts';
import type { FuzzWorld } from './service.ts';

const ENDPOINTS = ['list', 'jobs', 'get', 'create', 'delete', 'UpdateLog', 'UpdateTask'] as const;

export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused' }
  /** Done, but the answer is lost. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** The real answer with another header. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  /** The real answer with other values in it. */
  | { readonly kind: 'mutated'; readonly mutations: readonly Mutation[] };

export interface ForgejoScript {
  readonly endpoints: readonly string[];
  readonly trouble: Trouble;
}

/** Whether the script keeps a sync from knowing the queue or the registrations for sure: then nothing may be dropped. */
export function isBlinding({ endpoints, trouble }: ForgejoScript): boolean {
  if (!endpoints.includes('list') && !endpoints.includes('jobs')) return false;
  return trouble.kind === 'silent' || trouble.kind === 'refused' || (trouble.kind === 'answer' && trouble.status !== 200);
}

export const ALL_WELL: ForgejoScript = { endpoints: [], trouble: { kind: 'none' } };

/** Bodies that a 2xx must not have; the canary stands beside what is read. */
const BODIES: readonly string[] = [
  'null',
  '[]',
  '{}',
  '[null]',
  '',
  '<html>',
  '[{"id":1e999}]',
  `[{"id":"${FORGEJO_SECRET}","uuid":"${FORGEJO_SECRET}"}]`,
  JSON.stringify({ message: `access token does not exist [sha: ${FORGEJO_SECRET}]`, token: FORGEJO_SECRET }),
  '['.repeat(100_000),
  '[{"__proto__":{"id":1}}]',
];

const DATES: readonly string[] = [
  'Wed, 25 Nov 2026 00:00:00 GMT',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Mon, 01 Jan 8999 00:00:00 GMT',
  'Fri, 31 Dec 9999 23:59:59 GMT',
  'Sat, 13 Sep 275760 00:00:00 GMT',
  'Mon, 01 Jan 0000 00:00:00 GMT',
  FORGEJO_SECRET,
  '',
];

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.constantFrom<Trouble>({ kind: 'silent' }, { kind: 'refused' }, { kind: 'lost' }),
  fc.record({
    kind: fc.constant('answer' as const),
    status: fc.constantFrom(200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504),
    body: fc.constantFrom(...BODIES),
  }),
  fc.constantFrom(...DATES).map((value) => ({ kind: 'header' as const, name: 'date', value })),
  fc
    .constantFrom('', '-1', '0', '1e9', '999999999', FORGEJO_SECRET)
    .map((value) => ({ kind: 'header' as const, name: 'x-total-count', value })),
  fc.array(mutationOf(['']), { minLength: 1, maxLength: 4 }).map((mutations) => ({ kind: 'mutated' as const, mutations })),
);

/** Well in every third case. */
export const forgejoScript: fc.Arbitrary<ForgejoScript> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(ALL_WELL) },
  { weight: 2, arbitrary: fc.record({ endpoints: fc.subarray([...ENDPOINTS], { minLength: 1 }), trouble }) },
);

export interface FuzzForgejo extends FuzzWorld {
  readonly forgejo: ScriptedForgejo;
  /** Whether it was asked to change anything. */
  wasWritten(): boolean;
}

/** Equal arguments make equal worlds. `fill`: what it holds. */
export function createFuzzForgejo(now: number, script: ForgejoScript, fill: (forgejo: ScriptedForgejo) => void): FuzzForgejo {
  const clock = createVirtualClock(now);
  const forgejo = createScriptedForgejo(clock, { because: 'fuzz', steps: [] });
  fill(forgejo);
  let written = false;
  const transport: Transport = async (request) => {
    written ||= request.method !== 'GET';
    const endpoint = endpointNameOf(routeOf(request.method, new URL(request.url).pathname));
    return script.endpoints.includes(endpoint) ? troubled(request, script.trouble) : forgejo.transport(request);
  };

  async function troubled(request: HttpRequest, what: Trouble): Promise<HttpResponse> {
    switch (what.kind) {
      case 'none':
        return forgejo.transport(request);
      case 'silent':
        await clock.sleep(request.timeoutMs);
        throw new TransportError({ kind: 'timeout' });
      case 'refused':
        throw new TransportError({ kind: 'unreachable', code: 'ECONNREFUSED' });
      case 'lost':
        await forgejo.transport(request);
        throw new TransportError({ kind: 'unreachable', code: 'ECONNRESET' });
      case 'answer':
        return { status: what.status, headers: { location: `/login?token=${FORGEJO_SECRET}` }, body: what.body };
      case 'header': {
        const answer = await forgejo.transport(request);
        return { ...answer, headers: { ...answer.headers, [what.name]: what.value } };
      }
      case 'mutated': {
        const answer = await forgejo.transport(request);
        return answer.headers['content-type']?.startsWith('application/json') === true
          ? { ...answer, body: JSON.stringify(mutated(JSON.parse(answer.body), what.mutations)) }
          : answer;
      }
    }
  }

  return { clock, transport, forgejo, wasWritten: () => written };
}

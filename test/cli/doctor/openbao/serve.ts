/** An OpenBao that answers reads as the recorded one did, and notes what it was asked. */
import type { HttpRequest, HttpResponse, Transport } from '../../../../src/forgejo/transport.ts';
import type { BaoWorld } from './world.ts';
import { ACCESSOR } from './world.ts';

export interface Answered {
  readonly status: number;
  readonly body?: unknown;
}

export interface Served {
  readonly transport: Transport;
  readonly asked: HttpRequest[];
}

const ABSENT: Answered = { status: 404, body: { errors: [] } };

/** `instead`: by path and query, what is answered in place of the world's own word. */
export function serve(world: BaoWorld, instead: Readonly<Record<string, Answered>> = {}): Served {
  const asked: HttpRequest[] = [];
  const transport = async (request: HttpRequest): Promise<HttpResponse> => {
    asked.push(request);
    const { pathname, search } = new URL(request.url);
    const { status, body = '' } = instead[`${pathname}${search}`] ?? answer(world, decodeURIComponent(`${pathname}${search}`));
    return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };
  return { transport, asked };
}

function answer(world: BaoWorld, path: string): Answered {
  if (path === '/v1/auth/forgejo/config') return found(world.config);
  if (path === '/v1/sys/auth/forgejo') return found(world.tuning);
  if (path === '/v1/auth/forgejo/role?list=true') return keys(world.roles);
  if (path === '/v1/auth/forgejo/cel/role?list=true') return keys(world.celRoles);
  if (path === '/v1/sys/policies/acl?list=true') return keys({ default: {}, ...world.policies, root: {} });
  if (path === '/v1/identity/entity-alias/id?list=true') return aliases(world);
  if (path === '/api/actions/.well-known/openid-configuration' && world.issuer !== null)
    return { status: 200, body: { issuer: world.issuer, id_token_signing_alg_values_supported: world.algorithms } };
  const [, kind = '', name = ''] =
    /^\/v1\/(auth\/forgejo\/role|auth\/forgejo\/cel\/role|sys\/policies\/acl|identity\/entity\/id)\/(.+)$/.exec(path) ?? [];
  const rows: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'auth/forgejo/role': world.roles,
    'auth/forgejo/cel/role': world.celRoles,
    'sys/policies/acl': world.policies,
    'identity/entity/id': Object.fromEntries(
      world.entities.map(({ policies, groups }, index) => [
        `e${index}`,
        { policies, group_ids: Array.from({ length: groups }, () => 'g') },
      ]),
    ),
  };
  return found(rows[kind]?.[name]);
}

function found(data: unknown): Answered {
  return data === undefined ? ABSENT : { status: 200, body: { request_id: 'r', lease_id: '', data, warnings: null, auth: null } };
}

function keys(rows: Readonly<Record<string, unknown>>): Answered {
  return Object.keys(rows).length === 0 ? ABSENT : found({ keys: Object.keys(rows) });
}

function aliases({ entities }: BaoWorld): Answered {
  if (entities.length === 0) return ABSENT;
  const rows = entities.map(({ alias }, index) => [`a${index}`, { canonical_id: `e${index}`, mount_accessor: ACCESSOR, name: alias }]);
  const foreign = { canonical_id: 'other', mount_accessor: 'auth_userpass_1', name: 'ada' };
  return found({ keys: [], key_info: { ...Object.fromEntries(rows), foreign } });
}

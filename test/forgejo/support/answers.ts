import type { Scope } from '../../../src/api/scope.ts';
import type { Access } from '../../../src/forgejo/access.ts';
import type { HttpRequest, HttpResponse, Transport } from '../../../src/forgejo/transport.ts';
import type { Registration } from '../../../src/pool/forgejo.ts';

export const ACCESS: Access = { url: 'https://git.example.org', token: 'a-secret-token' };
export const ACME: Scope = { kind: 'organization', organization: 'acme' };

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { 'content-type': 'application/json;charset=utf-8', ...headers }, body: JSON.stringify(body) };
}

export function list(rows: readonly unknown[], total = rows.length, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return json(rows, 200, { 'x-total-count': String(total), ...headers });
}

/** A runner as Forgejo lists it. */
export function runnerRow(id: number, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    uuid: `uuid-${id}`,
    owner_id: 6,
    repo_id: 0,
    name: `r${id}`,
    status: 'offline',
    version: '',
    labels: null,
    description: '',
    ephemeral: true,
    ...changes,
  };
}

export function jobRow(id: number, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    attempt: 1,
    handle: `handle-${id}`,
    repo_id: 1,
    owner_id: 6,
    name: 'build',
    needs: null,
    runs_on: ['docker'],
    task_id: 0,
    status: 'waiting',
    ...changes,
  };
}

export function registrationOf(id: number, changes: Partial<Registration> = {}): Registration {
  return {
    id,
    uuid: `uuid-${id}`,
    name: `r${id}`,
    ownership: null,
    status: 'offline',
    declared: false,
    version: '',
    ephemeral: true,
    ...changes,
  };
}

/** A transport that writes down what it was asked. */
export function recorder(answer: (request: HttpRequest, index: number) => HttpResponse | Promise<HttpResponse>): {
  readonly transport: Transport;
  readonly requests: HttpRequest[];
} {
  const requests: HttpRequest[] = [];
  const transport: Transport = async (request) => {
    requests.push(request);
    return answer(request, requests.length - 1);
  };
  return { transport, requests };
}

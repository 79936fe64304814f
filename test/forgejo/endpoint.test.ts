import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/api/scope.ts';
import type { Connection } from '../../src/forgejo/call.ts';
import { createRegistration, deleteRegistration, getRegistration, getRepositoryId, listJobs } from '../../src/forgejo/client.ts';
import { endpointOf } from '../../src/forgejo/endpoint.ts';
import { listRegistrations } from '../../src/forgejo/list-registrations.ts';
import { ownsTask, reportFailure } from '../../src/forgejo/runner-rpc.ts';
import { systemClock } from '../../src/system-clock.ts';
import { json, recorder } from './support/answers.ts';

const RUNNER = { uuid: 'u', token: 't' };
const SCOPES: readonly Scope[] = [
  { kind: 'instance' },
  { kind: 'organization', organization: 'runners' },
  { kind: 'user' },
  { kind: 'repository', owner: 'actions', repository: 'runners' },
];

interface Question {
  readonly words: readonly string[];
  readonly ask: (connection: Connection, scope: Scope) => Promise<unknown>;
}

const QUESTIONS: readonly Question[] = [
  { words: ['list-jobs'], ask: listJobs },
  { words: ['list-runners'], ask: listRegistrations },
  { words: ['get-runner'], ask: (connection, scope) => getRegistration(connection, scope, 7) },
  {
    words: ['register'],
    ask: (connection, scope) => createRegistration(connection, scope, { name: 'n', description: '', ephemeral: true }),
  },
  { words: ['deregister'], ask: (connection, scope) => deleteRegistration(connection, scope, 7) },
  { words: ['get-repository'], ask: (connection) => getRepositoryId(connection, { owner: 'actions', name: 'runners' }) },
  { words: ['update-log'], ask: (connection) => ownsTask(connection, RUNNER, 1) },
  {
    words: ['update-log', 'update-log', 'update-task'],
    ask: (connection) => reportFailure(connection, RUNNER, { taskId: 1, cause: 'x', at: 0 }),
  },
];

describe.each(['https://git.example.org', 'https://example.org/git'])('at %s', (url) => {
  it.each(QUESTIONS)('$words is what the client asks, in every scope', async ({ words, ask }) => {
    for (const scope of SCOPES) {
      const { transport, requests } = recorder(() => json({ ackIndex: '1' }));
      await ask({ transport, clock: systemClock, access: { url, token: 'x' } }, scope);
      expect(requests.map(endpointOf)).toEqual(words);
    }
  });
});

it.each([
  { method: 'GET', url: 'https://git.example.org/api/v1/version', endpoint: 'get-version', because: 'a check may ask' },
  {
    method: 'GET',
    url: 'https://git.example.org/api/v1/orgs/acme/actions/runners?page=2&limit=50',
    endpoint: 'list-runners',
    because: 'a page',
  },
  { method: 'POST', url: 'https://git.example.org/api/v1/user', endpoint: 'other', because: 'nothing asks that' },
] as const)('$method $url is $endpoint: $because', ({ endpoint, ...request }) => {
  expect(endpointOf(request)).toBe(endpoint);
});

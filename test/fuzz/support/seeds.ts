/** Requests to begin with: those of the real Metacontroller, and those of the contract cases with their Forgejo. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { type ContractCase, decodeCase, type ForgejoChanges } from '../../contract/support/case.ts';
import { API_TOKEN, type ScriptedForgejo } from '../../contract/support/forgejo.ts';
import { RECORDED_REQUESTS, recordedBody } from '../../hooks/recordings.ts';
import { type Json, objectOf } from './nonsense.ts';
import type { Hook } from './service.ts';

export interface Seed {
  readonly name: string;
  /** So that a counterexample names it and doesn't print it. */
  readonly [fc.toStringMethod]: () => string;
  readonly hook: Hook;
  readonly body: unknown;
  /** Own clock when the call arrives. */
  readonly now: number;
  readonly fill: (forgejo: ScriptedForgejo) => void;
}

/** A spec that is valid; the recorded pools had a test CRD. */
export const SPEC = {
  forgejo: { url: 'http://forgejo.example.org', scope: { organization: 'acme' }, tokenSecretRef: { name: 'forgejo-token', key: 'token' } },
  labels: ['docker:host'],
  containerMode: { type: 'Host' },
  runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
} as const;

export const NOW = Date.parse('2026-11-25T00:00:00Z');

/** What was recorded, with a spec of today and a token that Forgejo knows. */
export const RECORDED: readonly Seed[] = RECORDED_REQUESTS.map((name) => {
  const body = objectOf(recordedBody(`kubernetes/${name}`));
  const parent = objectOf(body['parent']);
  const related = objectOf(body['related']);
  const namespace = String(objectOf(parent['metadata'])['namespace']);
  const secrets = { ...objectOf(related['Secret.v1']), [`${namespace}/forgejo-token`]: tokenSecret(namespace) };
  return {
    name,
    [fc.toStringMethod]: () => name,
    hook: body['finalizing'] === true ? 'finalize' : 'sync',
    body: withoutManagedFields({
      ...body,
      controller: {},
      parent: { ...parent, spec: SPEC },
      related: { ...related, 'Secret.v1': secrets },
    }),
    now: NOW,
    fill: (forgejo) => forgejo.change({ jobs: [{ id: 5, handle: 'a-waiting-job', status: 'waiting' }] }),
  };
});

export function tokenSecret(namespace: string): Json {
  const metadata = { name: 'forgejo-token', namespace, uid: 'uid-of-the-token', creationTimestamp: '2026-11-24T23:00:00Z' };
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data: { token: btoa(API_TOKEN) } };
}

/** Every step of every case whose request is a body, with all that happened at Forgejo until then. */
export const CONTRACT: readonly Seed[] = globSync(join(import.meta.dirname, '..', '..', 'contract', '*', 'case.json'))
  .map(dirname)
  .toSorted()
  .flatMap((directory) => {
    const contract = decodeCase(readFileSync(join(directory, 'case.json'), 'utf8'), basename(directory));
    return contract.steps.flatMap((step, index) => (step.overHttp === true ? [] : [seedOf(directory, contract, index)]));
  });

function seedOf(directory: string, contract: ContractCase, index: number): Seed {
  const prefix = contract.steps.length === 1 ? '' : `${index + 1}-`;
  const step = contract.steps[index];
  const text = readFileSync(join(directory, `${prefix}request.json`), 'utf8');
  const body: unknown = JSON.parse(text);
  const name = `${basename(directory)} ${index + 1}`;
  return {
    name,
    [fc.toStringMethod]: () => name,
    hook: step?.hook ?? 'sync',
    body,
    now: Date.parse(step?.now ?? ''),
    fill(forgejo) {
      for (const { forgejo: changes } of contract.steps.slice(0, index + 1)) {
        forgejo.change({ ...changes, faults: [], runners: (changes?.runners ?? []).flatMap((row) => knownRow(row, text)) });
      }
    },
  };
}

type Row = NonNullable<ForgejoChanges['runners']>[number];

/** A row that the case itself had made by an earlier call has the uuid that the request's objects tell. */
function knownRow(row: Row, request: string): readonly Row[] {
  if (row.uuid !== undefined) return [row];
  const uuid = new RegExp(`registration-id": "${row.id}",\\s*"[^"]*registration-uuid": "([^"]+)"`).exec(request)?.[1];
  return uuid === undefined ? [] : [{ name: `runner-${row.id}`, ...row, uuid }];
}

/** They are half of every body, and nobody reads them. */
function withoutManagedFields(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'managedFields' ? undefined : value)));
}

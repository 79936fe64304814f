/** Every message that a pool can carry says what is and then, when something is to be done, what. */
import { describe, expect, test } from 'vitest';
import { CONDITION_ADVICE } from '../../src/api/condition-advice.ts';
import { CONDITION_REASONS } from '../../src/api/conditions.ts';
import { isBad } from '../../src/pool/condition-state.ts';
import { type Finding, findings, findingsForInvalidSpec } from '../../src/pool/conditions.ts';
import type { AccessProblem, ForgejoFailure, OpenBaoTrouble } from '../../src/pool/failure.ts';
import { auditImage } from '../../src/pool/image-audit.ts';
import { judge } from '../../src/pool/judge.ts';
import type { World } from '../../src/pool/model.ts';
import { type HealthView, NOTHING_KNOWN, type OidcDocuments } from '../../src/pool/oidc.ts';
import { oidcReady } from '../../src/pool/oidc-ready.ts';
import { plan } from '../../src/pool/plan.ts';
import { EVERY_REPOSITORY } from '../../src/pool/repositories.ts';
import { settle } from '../../src/pool/settle.ts';
import {
  aBackoff,
  aJob,
  aWorld,
  jobOf,
  now,
  podOf,
  remembered,
  secondsAgo,
  secretOf,
  tagsOf,
  undeclaredRowOf,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { busyWarm, idleWarm, persistentRunner, startingAssigned, worldOf } from './support/runners.ts';

function said(world: World, options: { finalizing?: boolean; unknown?: string } = {}): readonly Finding[] {
  const slots = judge(world);
  const made = plan(world, slots);
  const warnings = options.unknown === undefined ? [] : [{ field: options.unknown, message: 'is no field' }];
  return findings(world, made, settle(world, slots, made, []), options.finalizing ?? false, warnings);
}

function failing(failure: ForgejoFailure | AccessProblem): readonly Finding[] {
  return said(aWorld({ forgejo: { kind: 'unavailable', failure, nextReadAt: now } }));
}

function starting(reason: Parameters<typeof waiting>[0], since: number): World {
  const runner = {
    ...startingAssigned('a', { handle: 'handle-1' }),
    pod: podOf(tagsOf('a'), { state: waiting(reason) }),
    memory: remembered('a', { since: secondsAgo(since) }),
  };
  return worldOf([runner], { jobs: [aJob(1)] });
}

function audited(image: string, reported: readonly string[] = []): readonly Finding[] {
  const { spec } = aWorld({ spec: { mode: 'Persistent', runner: { image } } });
  const verdict = auditImage(spec, reported, { major: 12, minor: 8, patch: 2 });
  return verdict === null ? [] : [{ type: 'ImageSupported', status: 'True', reason: verdict.reason, message: verdict.message }];
}

const URL = 'https://forgejo.example.org';

function unavailable(because: OpenBaoTrouble): readonly Finding[] {
  return failing({ kind: 'openBaoUnavailable', because });
}

function withDocuments(changes: Partial<OidcDocuments>, health: HealthView = { kind: 'ready', aheadMs: 0 }): Finding {
  const issuer = `${URL}/api/actions`;
  const jwksUri = `${changes.issuer ?? issuer}/.well-known/keys`;
  const documents = { issuer, jwksUri, algorithms: ['RS256'], keyAlgorithms: ['RS256'], aheadMs: 0, issuerAnswers: null, ...changes };
  return oidcReady({ discovery: { kind: 'answered', documents }, health }, URL);
}

function withHealth(health: HealthView): Finding {
  return withDocuments({}, health);
}

function withoutDocuments(failure: ForgejoFailure): Finding {
  return oidcReady({ discovery: { kind: 'failed', failure }, health: null }, URL);
}

const at = { method: 'GET', path: '/api/v1/user/actions/runners' } as const;
const ELSEWHERE = 'https://git.example.org/api/actions';
const OLD = { specHash: 'spec-of-old' };
const brake = aBackoff('pool', { attempts: 5, failures: 5, until: secondsAgo(-30) });
const away = { list: 'allow', name: 'acme/app', failure: null } as const;

const EVERYTHING: readonly Finding[] = [
  said(worldOf([idleWarm('a')], { spec: { minRunners: 1 } })),
  said(starting('ImagePullBackOff', 20)),
  said(starting('ContainerCreating', 901)),
  said(
    aWorld({
      secrets: [secretOf(warmTagsOf('a'))],
      workloads: [jobOf(warmTagsOf('a'))],
      rows: [undeclaredRowOf(warmTagsOf('a'))],
      spec: { minRunners: 1 },
    }),
  ),
  said(aWorld(), { unknown: 'spec.template.spec.nodeMood' }),
  findingsForInvalidSpec([{ field: 'spec.runner.image', message: 'is too old' }]),
  failing({ ...at, kind: 'unreachable', code: 'ENOTFOUND' }),
  failing({ ...at, kind: 'timeout', afterMs: 4000 }),
  failing({ ...at, kind: 'serverError', status: 502 }),
  failing({ ...at, kind: 'throttled', retryAfterSeconds: 9 }),
  failing({ ...at, kind: 'nonsense', problem: 'body' }),
  failing({ ...at, kind: 'addressRefused', host: '169.254.169.254' }),
  failing({ kind: 'caMissing', object: 'ca', key: 'ca.crt' }),
  failing({ kind: 'caInvalid', object: 'ca', key: 'ca.crt' }),
  failing({ kind: 'forgejoUnreadable' }),
  failing({ kind: 'tokenSecretMissing', object: 'tok' }),
  failing({ kind: 'tokenKeyMissing', object: 'tok', key: 'token' }),
  failing({ ...at, kind: 'unauthorized' }),
  failing({ ...at, kind: 'scopeTooNarrow', required: ['write:user'] }),
  failing({ ...at, kind: 'forbidden', because: 'other' }),
  failing({ ...at, kind: 'notFound', what: 'target' }),
  failing({ ...at, kind: 'moved', location: '/api/v1/orgs/new' }),
  failing({ ...at, kind: 'rejected', status: 422 }),
  audited('r:12.8.2', ['12.9.1']),
  audited('r:12.8'),
  audited('r:12.5.0'),
  said(aWorld({ spec: { maxRunners: 0 }, jobs: [aJob(1)] })),
  said(aWorld({ spec: { paused: true } })),
  said(aWorld({ repositories: { ...EVERY_REPOSITORY, unresolved: [away] } })),
  said(
    worldOf([], {
      spec: { fairness: { order: 'OldestFirst', maxRunnersPerRepository: 1 } },
      jobs: [aJob(1), aJob(2)],
    }),
  ),
  said(aWorld({ memory: { backoff: [brake] } })),
  said(aWorld({ jobs: [aJob(1)], memory: { backoff: [aBackoff('handle-1')] } })),
  said(aWorld({ namespaceTerminating: true })),
  said(worldOf([busyWarm('a', OLD)])),
  said(
    worldOf([persistentRunner('a', 'busy', { outdatedSince: secondsAgo(100_000) }, OLD)], { spec: { mode: 'Persistent', minRunners: 1 } }),
  ),
  said(aWorld(), { finalizing: true }),
  failing({ kind: 'tokenSourceOff' }),
  failing({ kind: 'tokenSourceNotAllowed' }),
  failing({ kind: 'openBaoDenied', step: 'login', status: 400 }),
  failing({ kind: 'openBaoDenied', step: 'read', status: 403 }),
  failing({ kind: 'openBaoSecretMissing', what: 'path', path: 'kv/data/forgejo/acme' }),
  failing({ kind: 'openBaoSecretMissing', what: 'deleted', path: 'kv/data/forgejo/acme' }),
  failing({ kind: 'openBaoSecretMissing', what: 'namespace', path: 'kv/data/forgejo/acme' }),
  failing({ kind: 'openBaoKeyMissing', path: 'kv/data/forgejo/acme', key: 'token' }),
  unavailable({ kind: 'sealed' }),
  unavailable({ kind: 'throttled' }),
  unavailable({ kind: 'moved' }),
  unavailable({ kind: 'serverError', status: 500 }),
  unavailable({ kind: 'timeout' }),
  unavailable({ kind: 'unreachable', code: 'ECONNREFUSED' }),
  unavailable({ kind: 'keysUnreachable' }),
  unavailable({ kind: 'noServiceAccountToken', code: 'ENOENT' }),
  unavailable({ kind: 'nonsense', problem: 'data' }),
  oidcReady(NOTHING_KNOWN, URL),
  oidcReady({ discovery: { kind: 'caMissing', object: 'ca', key: 'ca.crt' }, health: null }, URL),
  oidcReady({ discovery: { kind: 'caInvalid', object: 'ca', key: 'ca.crt' }, health: null }, URL),
  withDocuments({}),
  withDocuments({ algorithms: ['ES256'], keyAlgorithms: ['ES256'] }),
  withoutDocuments({ ...at, kind: 'timeout', afterMs: 4000 }),
  withoutDocuments({ ...at, kind: 'addressRefused', host: '169.254.169.254' }),
  withoutDocuments({ ...at, kind: 'notFound', what: 'other' }),
  withoutDocuments({ ...at, kind: 'nonsense', problem: 'keys' }),
  withDocuments({ jwksUri: 'https://evil.example.org/keys' }),
  withDocuments({ issuer: `${URL}/git/api/actions` }),
  withDocuments({ issuer: ELSEWHERE, issuerAnswers: 'other' }),
  withDocuments({ issuer: ELSEWHERE, issuerAnswers: { ...at, kind: 'timeout', afterMs: 4000 } }),
  withDocuments({ issuer: ELSEWHERE, issuerAnswers: { ...at, kind: 'addressRefused', host: '10.0.0.1' } }),
  withDocuments({ algorithms: ['HS256'] }),
  withDocuments({ aheadMs: 61_000 }),
  withHealth({ kind: 'sealed' }),
  withHealth({ kind: 'uninitialized' }),
  withHealth({ kind: 'unreachable', code: 'ECONNREFUSED' }),
  withHealth({ kind: 'timeout' }),
  withHealth({ kind: 'nonsense', problem: 'status 404' }),
  withHealth({ kind: 'notAllowed' }),
  withHealth({ kind: 'caMissing', object: 'ca', key: 'ca.crt' }),
  withHealth({ kind: 'caInvalid', object: 'ca', key: 'ca.crt' }),
].flat();

test('the rows below come to every reason that there is', () => {
  const heard = new Set(EVERYTHING.map(({ reason }) => reason));
  expect(Object.keys(CONDITION_REASONS).filter((reason) => !heard.has(reason as Finding['reason']))).toEqual([]);
});

describe('a message', () => {
  const different = new Map(EVERYTHING.map((finding) => [`${finding.type} ${finding.message}`, finding]));

  test.each([...different.values()])('$type, $reason: says what is and then what to do', ({ reason, message }) => {
    const advice = CONDITION_ADVICE[reason];
    const fact = advice === null ? message : message.slice(0, message.indexOf(advice));
    expect(fact.trim()).toMatch(/^([A-Z0-9]|spec\.|").*\.$/);
    expect(message).toContain(advice ?? '');
  });

  test.each([...different.values()])('$type, $reason: asks for something exactly when something is not as it should be', (finding) => {
    expect(CONDITION_ADVICE[finding.reason] !== null).toBe(isBad(finding) || finding.status === 'Unknown');
  });
});

describe('what to do', () => {
  const advices = Object.entries(CONDITION_ADVICE).filter(([, advice]) => advice !== null);

  test.each(advices)('%s: is a sentence that begins with the deed', (_, advice) => {
    expect(advice).toMatch(/^(Ask|Check|Correct|Create|Give|Look|Make|Mend|Name|Nothing is to be done|Put|Raise|Set|Unseal|Wait)\b.*\.$/);
  });

  const nothingToName = ['OutdatedRunners', 'NotAsked', 'NamespaceTerminating', 'OidcUnchecked'];
  test.each(advices.filter(([reason]) => !nothingToName.includes(reason)))('%s: names a field, a command or a place', (_, advice) => {
    expect(advice).toMatch(
      /spec\.|status\.|kubectl|[A-Z]+_[A-Z_]+|bao operator|time server|maxRunners|its events|the log of|load of Forgejo|under that key|these fields|write the id|in Forgejo/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { type RunnerPoolSpec, RunnerPoolSpecSchema } from '../../src/api/spec/runnerpool.ts';
import { validateSpec } from '../../src/api/validate.ts';
import { specHash } from '../../src/children/spec-hash.ts';
import { MINIMAL, patched } from '../api/specs.ts';
import { aSpec, hostSpec, userTemplate } from './support/inputs.ts';

const networkPolicy: NonNullable<RunnerPoolSpec['networkPolicy']> = { block: ['203.0.113.0/24'] };

/** What changes the hash, field by field of the spec; null where a field shapes no runner. */
const FIELDS: Readonly<Record<keyof RunnerPoolSpec, Partial<RunnerPoolSpec> | null>> = {
  forgejo: { forgejo: { ...aSpec().forgejo, caSecretRef: { name: 'ca', key: 'ca.crt' } } },
  mode: { mode: 'Persistent' },
  labels: { labels: ['self-hosted:host'] },
  minRunners: null,
  maxRunners: null,
  schedules: null,
  fairness: null,
  repositories: null,
  claimDelaySeconds: null,
  updateStrategy: null,
  reportDeadRunners: null,
  pollIntervalSeconds: null,
  runner: { runner: { image: 'other:12.8.3' } },
  containerMode: { containerMode: { type: 'Host' } },
  cache: { cache: { server: { size: '10Gi' } } },
  identity: { identity: { openbao: { address: 'https://openbao.example.org', mount: 'forgejo', role: 'r', audience: 'openbao' } } },
  proxy: { proxy: { http: { url: 'http://proxy.example.org:3128' } } },
  networkPolicy: null,
  resources: { resources: { requests: { cpu: '2' } } },
  nodeSelector: { nodeSelector: { disk: 'ssd' } },
  tolerations: { tolerations: [{ key: 'ci', operator: 'Exists' }] },
  affinity: { affinity: { podAntiAffinity: {} } },
  topologySpreadConstraints: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }] },
  priorityClassName: { priorityClassName: 'ci' },
  runtimeClassName: { runtimeClassName: 'gvisor' },
  serviceAccountName: { serviceAccountName: 'builds' },
  imagePullSecrets: { imagePullSecrets: [{ name: 'registry' }] },
  template: { template: { spec: { hostNetwork: true } } },
  jobTimeoutSeconds: { jobTimeoutSeconds: 60 },
  pendingTimeoutSeconds: null,
  idleTimeoutSeconds: null,
  drainTimeoutSeconds: null,
  history: null,
  paused: null,
};

/** Values that differ from those of `aSpec`. */
const OTHER: Partial<RunnerPoolSpec> = {
  minRunners: 3,
  maxRunners: 3,
  schedules: [{ name: 'day', timeZone: 'UTC', start: '0 8 * * *', duration: '8h' }],
  fairness: { order: 'RoundRobin' },
  repositories: { allow: ['acme/site'] },
  claimDelaySeconds: 30,
  updateStrategy: { maxUnavailable: 2 },
  reportDeadRunners: false,
  pollIntervalSeconds: 30,
  networkPolicy,
  pendingTimeoutSeconds: 30,
  idleTimeoutSeconds: 30,
  drainTimeoutSeconds: 30,
  history: { succeeded: 0, failed: 0 },
  paused: true,
};

describe('the hash of a spec', () => {
  it('is decided for every field that a spec has', () => {
    expect(Object.keys(FIELDS).toSorted()).toEqual(Object.keys(RunnerPoolSpecSchema.properties).toSorted());
  });

  it.each(Object.entries(FIELDS).flatMap(([field, changes]) => (changes === null ? [] : [{ field, changes }])))(
    'differs with $field',
    ({ changes }) => {
      expect(specHash(aSpec(changes))).not.toBe(specHash(aSpec()));
    },
  );

  it('is the same with all that shapes no runner', () => {
    const shapeless = Object.entries(FIELDS).flatMap(([field, changes]) => (changes === null ? [field] : []));
    expect(Object.keys(OTHER).toSorted()).toEqual(shapeless.toSorted());
    expect(specHash(aSpec(OTHER))).toBe(specHash(aSpec()));
  });

  it.each<{ changes: Partial<RunnerPoolSpec>; because: string }>([
    { changes: { labels: aSpec().labels.toReversed() }, because: 'the runner is told the labels in their order' },
    {
      changes: { containerMode: { type: 'Dind', dind: { image: 'docker:28.5.1-dind', mtu: 1400 } } },
      because: 'the daemon gets another MTU',
    },
    {
      changes: { cache: { externalServer: { url: 'http://cache.example.org', secretRef: { name: 'cache', key: 'secret' } } } },
      because: 'the cache is elsewhere',
    },
  ])('differs when $because', ({ changes }) => {
    expect(specHash(aSpec(changes))).not.toBe(specHash(aSpec()));
  });

  it.each<{ one: Partial<RunnerPoolSpec>; other: Partial<RunnerPoolSpec>; because: string }>([
    {
      one: {},
      other: { forgejo: { ...aSpec().forgejo, tokenSecretRef: { name: 'other', key: 'token' } } },
      because: "the API token is the operator's",
    },
    {
      one: {},
      other: {
        forgejo: {
          url: aSpec().forgejo.url,
          scope: aSpec().forgejo.scope,
          tokenFrom: { openbao: { role: 'r', path: 'kv/data/a', key: 'token' } },
        },
      },
      because: 'the API token may move to OpenBao without a roll of the runners',
    },
    {
      one: { cache: { server: { size: '10Gi' } } },
      other: { cache: { server: { size: '20Gi', resources: { limits: { memory: '1Gi' } } } } },
      because: 'a cache server of another size has the same name',
    },
  ])('is the same when $because', ({ one, other }) => {
    expect(specHash(aSpec(one))).toBe(specHash(aSpec(other)));
  });

  it.each([
    { spec: aSpec(), hash: 'vjbp7pym33' },
    { spec: hostSpec({ mode: 'Persistent' }), hash: 'tx6dzdfhgk' },
    { spec: aSpec({ template: userTemplate }), hash: 'm46ki7hfqs' },
  ])('is $hash, as of the first version, for a spec without later fields: an upgrade replaces no runner', ({ spec, hash }) => {
    expect(specHash(spec)).toBe(hash);
  });

  it.each([
    { written: {}, hash: 'pq2prcwrdn' },
    { written: { containerMode: { type: 'Dind', dind: {} } }, hash: 'pq2prcwrdn' },
    { written: { containerMode: { dind: { image: 'docker:29.0.0-dind' } } }, hash: 'wm75qr3jjh' },
    { written: { mode: 'Persistent', labels: ['a:host'], containerMode: { type: 'Host' } }, hash: 'l7c6fjqapu' },
  ])('of what a user wrote is $hash, as it was when the image of Docker was filled in: $written', ({ written, hash }) => {
    const validated = validateSpec(patched(MINIMAL, written));
    expect(validated.ok && specHash(validated.spec)).toBe(hash);
  });

  it('ignores the order of keys', () => {
    const one = aSpec({ template: { spec: { hostNetwork: true, nodeSelector: { a: '1', b: '2' } } } });
    const other = aSpec({ template: { spec: { nodeSelector: { b: '2', a: '1' }, hostNetwork: true } } });
    expect(specHash(one)).toBe(specHash(other));
  });

  it('is short and safe as an annotation', () => {
    expect(specHash(aSpec())).toMatch(/^[a-z2-7]{10}$/);
  });
});

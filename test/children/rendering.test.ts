import { describe, expect, it } from 'vitest';
import { DEFAULT_DIND_IMAGE, type RunnerPoolSpec } from '../../src/api/runnerpool.ts';
import { renderConfigMap } from '../../src/children/config-map.ts';
import type { RegisteredTags } from '../../src/children/input.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { renderSecret } from '../../src/children/secret.ts';
import { anInput, aSpec, assets, assignedTags, hostSpec, pool, userTemplate, warmTags } from './support/inputs.ts';
import { schemaErrors } from './support/kubernetes-schema.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';

interface Case {
  readonly name: string;
  readonly spec: RunnerPoolSpec;
  readonly tags: RegisteredTags;
  readonly because: string;
}

const withCaSecret: RunnerPoolSpec['forgejo'] = { ...aSpec().forgejo, caSecretRef: { name: 'forgejo-ca', key: 'ca.pem' } };
const withCaConfigMap: RunnerPoolSpec['forgejo'] = { ...aSpec().forgejo, caConfigMapRef: { name: 'forgejo-ca', key: 'ca.crt' } };

const cases: readonly Case[] = [
  { name: 'host-assigned', spec: hostSpec(), tags: assignedTags(), because: 'a runner for one job has its handle and a deadline' },
  { name: 'host-warm', spec: hostSpec(), tags: warmTags(), because: 'a warm runner has WARM and no deadline' },
  { name: 'host-persistent', spec: hostSpec({ mode: 'Persistent' }), tags: warmTags(), because: 'a persistent runner is a Deployment' },
  { name: 'dind-assigned', spec: aSpec(), tags: assignedTags(), because: 'the sidecar stands beside an assigned runner' },
  { name: 'dind-warm', spec: aSpec(), tags: warmTags(), because: 'and beside a warm one' },
  { name: 'dind-persistent', spec: aSpec({ mode: 'Persistent' }), tags: warmTags(), because: 'and beside a persistent one' },
  { name: 'host-ca-secret', spec: hostSpec({ forgejo: withCaSecret }), tags: assignedTags(), because: 'the bundle comes from a Secret' },
  { name: 'host-ca-config-map', spec: hostSpec({ forgejo: withCaConfigMap }), tags: assignedTags(), because: 'or from a ConfigMap' },
  {
    name: 'dind-user-template',
    spec: aSpec({ template: userTemplate }),
    tags: assignedTags(),
    because: "a user's template is merged and put in canonical form",
  },
];

describe.each(cases)('the workload of $name: $because', ({ name, spec, tags }) => {
  const workload = renderRunner(anInput({ spec, tags }));

  it('is the golden one', async () => {
    await expect(`${JSON.stringify(workload, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.golden.json`);
  });

  it('fits the schema of its kind, and its Pod that of a Pod', () => {
    expect(schemaErrors(workload.kind ?? '', workload)).toEqual([]);
    expect(schemaErrors('Pod', { apiVersion: 'v1', kind: 'Pod', ...workload.spec?.template })).toEqual([]);
  });

  it('has none of the shapes that cost a write per sync', () => {
    expect(measuredAsBad(workload)).toEqual([]);
  });
});

describe.each([
  { name: 'secret', object: renderSecret({ pool, tags: assignedTags(), token: 'not-a-real-token' }) },
  { name: 'config-map-host', object: renderConfigMap({ pool, spec: hostSpec(), assets }) },
  { name: 'config-map-dind', object: renderConfigMap({ pool, spec: aSpec(), assets }) },
  { name: 'config-map-dind-persistent', object: renderConfigMap({ pool, spec: aSpec({ mode: 'Persistent' }), assets }) },
])('the $name', ({ name, object }) => {
  it('is the golden one', async () => {
    await expect(`${JSON.stringify(object, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.golden.json`);
  });

  it('fits the schema of its kind, in canonical form', () => {
    expect(schemaErrors(object.kind ?? '', object)).toEqual([]);
    expect(measuredAsBad(object)).toEqual([]);
  });
});

it('the Docker sidecar has the default image when the pool names none', () => {
  const { spec } = renderRunner(anInput({ spec: aSpec({ containerMode: { type: 'Dind' } }) }));
  expect(spec?.template.spec?.initContainers?.[0]?.image).toBe(DEFAULT_DIND_IMAGE);
});

describe('the checks themselves', () => {
  it('refuse an unknown field', () => {
    expect(schemaErrors('Pod', { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'a', imag: 'b' }] } })).toHaveLength(1);
  });

  it.each([
    { bad: { args: [] }, because: 'an empty list' },
    { bad: { nodeSelector: {} }, because: 'an empty map' },
    { bad: { hostNetwork: false }, because: 'false by value' },
    { bad: { env: [{ name: 'A', value: '' }] }, because: 'an empty variable' },
    { bad: { metadata: { creationTimestamp: null } }, because: 'null' },
    { bad: { requests: { cpu: '1000m' } }, because: 'a quantity with a smaller suffix than it could have' },
    { bad: { limits: { cpu: 1 } }, because: 'a quantity that is a number' },
    { bad: { onPodConditions: [{ type: 'DisruptionTarget' }] }, because: 'a condition without status' },
  ])('find $because', ({ bad }) => {
    expect(measuredAsBad(bad)).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { DEFAULT_IMAGES } from '../../src/api/spec/images.ts';
import { renderConfigMap } from '../../src/children/config-map.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { renderSecret } from '../../src/children/secret.ts';
import { cases } from './support/cases.ts';
import { anInput, aSpec, assets, assignedTags, hostSpec, pool } from './support/inputs.ts';
import { schemaErrors } from './support/kubernetes-schema.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';

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
  expect(spec?.template.spec?.initContainers?.[0]?.image).toBe(DEFAULT_IMAGES.dind);
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

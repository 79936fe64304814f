/** What is shipped as YAML, by server-side dry run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { NewObject } from '../../../src/dev/cluster/objects.ts';
import { INSTALLS } from '../../deploy/support/manifests.ts';
import { type Case, eachRow, LeftOut } from '../case.ts';
import { isKind } from '../cluster/kinds.ts';
import { until } from '../cluster/until.ts';
import { createNamespace } from '../pools.ts';
import { readObjects } from '../world.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const SAMPLES = join(ROOT, 'deploy/samples');

export const samplesApply: Case = {
  name: 'every sample applies',
  async run(world) {
    await createNamespace(world, 'samples');
    const samples = readdirSync(SAMPLES).filter((file) => file.endsWith('.yaml'));
    await eachRow(
      samples,
      (file) => file,
      async (file) => {
        for (const sample of readObjects(join(SAMPLES, file))) {
          await world.api.apply({ ...sample, metadata: { ...sample.metadata, namespace: 'samples' } }, { dryRun: true });
        }
      },
    );
    return `${samples.length} samples`;
  },
};

export const kustomizationsApply: Case = {
  name: 'the kustomizations of the operator and of Metacontroller apply by server-side dry run',
  async run({ api, parts }) {
    if (parts.kubectl === null) throw new LeftOut('kubectl was not found');
    const kubectl = parts.kubectl;
    const rendered = INSTALLS.flatMap((folder) => {
      const text = execFileSync(kubectl, ['kustomize', join(ROOT, folder)], { encoding: 'utf8' });
      return parseAllDocuments(text).map((document): NewObject => document.toJS());
    });
    await eachRow(
      rendered,
      ({ kind, metadata }) => `${kind} ${metadata.name}`,
      async (object) => void (await api.apply(object, { dryRun: true })),
    );
    return `${rendered.length} objects`;
  },
};

const RENDERED = join(ROOT, 'test/deploy/rendered');

/**
 * What the chart and the overlays become, as recorded: `test/deploy` holds the records against today's sources. The definition is
 * only named in them; the run applied it before all else.
 */
export const rendersApply: Case = {
  name: 'what the chart and the overlays become applies by server-side dry run',
  async run(world) {
    const files = ['helm', 'kustomize'].flatMap((tool) => readdirSync(join(RENDERED, tool)).map((file) => join(RENDERED, tool, file)));
    const rows = files.flatMap((file) => readObjects(file).map((object) => ({ file, object })));
    const here = rows.filter(({ object }) => isKind(object.kind) && object.kind !== 'CustomResourceDefinition');
    const namespaces = new Set(here.flatMap(({ object }) => object.metadata.namespace ?? []));
    for (const namespace of namespaces) {
      if ((await world.api.get('Namespace', undefined, namespace)) === null) await createNamespace(world, namespace);
    }
    await eachRow(
      here,
      ({ file, object }) => `${file.slice(RENDERED.length + 1)} ${object.kind} ${object.metadata.name}`,
      async ({ object }) => void (await world.api.apply(object, { dryRun: true })),
    );
    const elsewhere = new Set(rows.map(({ object }) => object.kind).filter((kind) => !isKind(kind)));
    return `${here.length} objects of ${files.length} renders; not installed here: ${[...elsewhere].join(', ')}`;
  },
};

const DEPLOYMENTS = [
  { namespace: 'forgejo-runner-operator', name: 'forgejo-runner-operator' },
  { namespace: 'metacontroller', name: 'metacontroller' },
];

export const shippedPodsAreAdmitted: Case = {
  name: 'the Pods of both shipped Deployments are let in by the Pod Security level of their namespaces, and scheduled',
  async run({ api }) {
    for (const { namespace, name } of DEPLOYMENTS) {
      const read = async (): Promise<{ readyReplicas?: number }> => (await api.get('Deployment', namespace, name))?.status ?? {};
      await until(`two Pods of ${name} are ready`, async () => (await read()).readyReplicas === 2, {
        detail: async () => JSON.stringify(await read()),
      });
    }
    const levels = await Promise.all(DEPLOYMENTS.map(({ namespace }) => api.get('Namespace', undefined, namespace)));
    for (const level of levels) assert.equal(level?.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
  },
};

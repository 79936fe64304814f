/** Rendered children before a real API server, and the Pods of every container mode before the three Pod Security levels. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderRunner } from '../../../src/children/runner.ts';
import type { KubeObject, NewObject } from '../../../src/dev/cluster/objects.ts';
import { cases } from '../../children/support/cases.ts';
import { anInput } from '../../children/support/inputs.ts';
import type { Level } from '../../children/support/pod-security.ts';
import { type Case, eachRow } from '../case.ts';
import { ApiFailure } from '../cluster/api.ts';
import { createNamespace } from '../pools.ts';
import type { World } from '../world.ts';

const GOLDEN = new URL('../../children/golden/', import.meta.url).pathname;
const LEVELS = ['privileged', 'baseline', 'restricted'] as const satisfies readonly Level[];

function namespaceOf(level: Level): string {
  return `level-${level}`;
}

/** Some goldens are parts of a Pod, no objects. */
function goldenObjects(): readonly { readonly file: string; readonly object: NewObject }[] {
  return readdirSync(GOLDEN).flatMap((file) => {
    const object = JSON.parse(readFileSync(join(GOLDEN, file), 'utf8'));
    return typeof object.kind === 'string' ? [{ file, object }] : [];
  });
}

export const goldenChildrenAreTaken: Case = {
  name: 'the child of every golden file is taken by the API server as it stands',
  async run(world) {
    const { api } = world;
    await createNamespace(world, namespaceOf('privileged'));
    const goldens = goldenObjects();
    await eachRow(
      goldens,
      ({ file }) => file,
      async ({ object }) =>
        void (await api.apply({ ...object, metadata: { ...object.metadata, namespace: namespaceOf('privileged') } }, { dryRun: true })),
    );
    return `${goldens.length} objects`;
  },
};

/** What the Pods of the cases name and no dry run may lack. */
async function createNamed({ api }: World, namespace: string): Promise<void> {
  for (const name of ['gvisor', 'kata'])
    await api.apply({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name }, ...{ handler: name } });
  await api.apply({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'ci' }, ...{ value: 1000 } });
  for (const name of ['builds', 'release']) await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
}

async function isAdmitted({ api }: World, pod: NewObject): Promise<boolean> {
  try {
    await api.create(pod, { dryRun: true });
    return true;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 403 && error.message.includes('violates PodSecurity')) return false;
    throw error;
  }
}

export const podsKeepTheirLevel: Case = {
  name: 'the Pod of every container mode is let in by the Pod Security level that is said of it, and by none stricter',
  async run(world) {
    for (const level of LEVELS) {
      await createNamespace(world, namespaceOf(level), level);
      await createNamed(world, namespaceOf(level));
    }
    await eachRow(
      cases,
      ({ name }) => name,
      async ({ spec, tags, level }) => {
        const template = renderRunner(anInput({ spec, tags })).spec?.template;
        for (const enforced of LEVELS) {
          const metadata = { ...template?.metadata, name: 'pod', namespace: namespaceOf(enforced) };
          const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: template?.spec ?? {} } as Pick<
            KubeObject,
            'apiVersion' | 'kind' | 'spec'
          > &
            NewObject; // a Pod by construction
          const expected = LEVELS.indexOf(enforced) <= LEVELS.indexOf(level);
          if ((await isAdmitted(world, pod)) !== expected) throw new Error(`${enforced} ${expected ? 'refuses' : 'takes'} it`);
        }
      },
    );
    return `${cases.length} Pods at ${LEVELS.length} levels`;
  },
};

/** What the pools of a run are to be, as far as people have changed their minds. */
import { API_VERSION, KIND } from '../../src/api/keys.ts';
import type { NewObject } from '../../src/dev/cluster/objects.ts';
import { FORGEJO_URL } from '../../src/dev/virtual-world.ts';
import { NAMESPACE, NEIGHBOUR, ORGANIZATION, POOL, TOKEN_SECRET } from './names.ts';
import type { Scenario } from './scenario.ts';

/** Edits of one pool; numbers count how many edits of that kind are in force. */
export interface PoolEdits {
  min: number;
  max: number;
  template: string | null;
  extraLabels: number;
  removedLabels: number;
  pauses: number;
}

export function firstEdits({ limits }: Scenario): PoolEdits {
  return { min: limits.min, max: limits.max, template: null, extraLabels: 0, removedLabels: 0, pauses: 0 };
}

export function poolObject(scenario: Scenario, edits: PoolEdits): NewObject {
  const labels = [edits.removedLabels > 0 ? 'idle:host' : 'docker:host', ...(edits.extraLabels > 0 ? ['gpu:host'] : [])];
  const env = { name: 'EDITED', value: edits.template ?? '' };
  const template = edits.template === null ? {} : { template: { spec: { containers: [{ name: 'runner', env: [env] }] } } };
  const spec = {
    ...commonSpec(scenario),
    mode: scenario.mode,
    labels,
    minRunners: edits.min,
    maxRunners: edits.max,
    containerMode: { type: scenario.containerMode },
    paused: edits.pauses > 0,
    ...template,
  };
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: POOL, namespace: NAMESPACE }, spec };
}

/** Another pool of the same namespace, scope and token, for other jobs. */
export function neighbourObject(scenario: Scenario): NewObject {
  const spec = { ...commonSpec(scenario), labels: ['other:host'], minRunners: 0, maxRunners: 2, containerMode: { type: 'Host' } };
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: NEIGHBOUR, namespace: NAMESPACE }, spec };
}

function commonSpec({ limits }: Scenario): object {
  return {
    forgejo: { url: FORGEJO_URL, scope: { organization: ORGANIZATION }, tokenSecretRef: { name: TOKEN_SECRET } },
    jobTimeoutSeconds: limits.jobTimeoutSeconds,
    pendingTimeoutSeconds: limits.pendingTimeoutSeconds,
    idleTimeoutSeconds: limits.idleTimeoutSeconds,
    drainTimeoutSeconds: drainTimeoutSeconds(limits),
    runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
  };
}

/** Longer than any task of a run takes, so that it never ends one; short enough to be waited for. */
export function drainTimeoutSeconds({ jobTimeoutSeconds }: Scenario['limits']): number {
  return jobTimeoutSeconds + 120;
}

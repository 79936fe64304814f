/** One short text for everything in a spec that shapes a runner. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { canonicalJson, digest } from '../pool/digest.ts';
import { keptBy } from '../pool/kept-by.ts';

/**
 * 10 characters that change when a runner made from `spec` would differ. Limits, polling, history, other deadlines, network
 * policies and `paused` don't count, nor does the rendering: an upgrade of the operator must not replace runners. The order of
 * map keys is ignored, and a field that is not set changes nothing. Every call asks for that of a spec that seldom changes.
 */
export const specHash = keptBy((spec: RunnerPoolSpec): string => digest(canonicalJson(shapeOf(spec))));

function shapeOf(spec: RunnerPoolSpec): object {
  const { mode, labels, runner, proxy, template, jobTimeoutSeconds } = spec;
  return {
    forgejo: forgejoOf(spec),
    mode,
    labels,
    runner,
    containerMode: containerModeOf(spec),
    cache: cacheOf(spec),
    identity: spec.identity,
    proxy,
    template,
    jobTimeoutSeconds,
    resources: spec.resources,
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations,
    affinity: spec.affinity,
    topologySpreadConstraints: spec.topologySpreadConstraints,
    priorityClassName: spec.priorityClassName,
    runtimeClassName: spec.runtimeClassName,
    serviceAccountName: spec.serviceAccountName,
    imagePullSecrets: spec.imagePullSecrets,
  };
}

/** It stood in each spec while `validateSpec` filled it in: the hashes of those go on, whatever the default is now. */
const FIRST_DIND_IMAGE = 'docker:28.5.1-dind';

function containerModeOf({ containerMode }: RunnerPoolSpec): object {
  if (containerMode.type !== 'Dind') return containerMode;
  return { ...containerMode, dind: { image: FIRST_DIND_IMAGE, ...containerMode.dind } };
}

/** The API token is the operator's: a runner never sees it, and another place for it replaces none. */
function forgejoOf({ forgejo }: RunnerPoolSpec): Omit<RunnerPoolSpec['forgejo'], 'tokenSecretRef' | 'tokenFrom'> {
  const { tokenSecretRef: _secret, tokenFrom: _source, ...rest } = forgejo;
  return rest;
}

/** A runner finds the pool's own server by a name that does not change with the size or the limits of it. */
function cacheOf({ cache }: RunnerPoolSpec): object | undefined {
  return cache?.server === undefined ? cache : { server: true };
}

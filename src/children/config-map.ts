/** The files that all runners of a pool share. */
import type { ConfigMap } from 'kubernetes-types/core/v1.d.ts';
import { LABEL_POOL_UID } from '../api/keys.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { canonicalJson } from '../pool/digest.ts';
import type { PoolIdentity } from '../pool/model.ts';
import type { RenderAssets } from './input.ts';
import { hasJobEnvironment, JOB_ENV_SCRIPT } from './pod/job-env.ts';
import { CONFIG_FILE, ENTRYPOINT_FILE, SUBID_FILE } from './pod/layout.ts';
import { SUBORDINATE_IDS } from './pod/rootless-docker.ts';
import { digestedName } from './pool-names.ts';
import { runnerConfig } from './runner-config.ts';

export interface ConfigMapInput {
  readonly pool: PoolIdentity;
  readonly spec: RunnerPoolSpec;
  readonly assets: RenderAssets;
}
type NamedConfigMap = ConfigMap & { readonly metadata: { readonly name: string } };

/** Every call asks for it, and YAML and digest take longer than the rest of an answer. */
const lastRendered = new WeakMap<RunnerPoolSpec, { readonly input: ConfigMapInput; readonly configMap: NamedConfigMap }>();

/**
 * The pool's immutable ConfigMap. Its name holds a digest of its content: other content is another ConfigMap, and runners
 * that were made from the old one keep it.
 */
export function renderConfigMap(input: ConfigMapInput): NamedConfigMap {
  const last = lastRendered.get(input.spec);
  if (last !== undefined && isSame(last.input, input)) return last.configMap;
  const configMap = render(input);
  lastRendered.set(input.spec, { input, configMap });
  return configMap;
}

function isSame(one: ConfigMapInput, other: ConfigMapInput): boolean {
  return (
    one.pool.uid === other.pool.uid &&
    one.pool.name === other.pool.name &&
    one.pool.namespace === other.pool.namespace &&
    one.assets.oneJobScript === other.assets.oneJobScript &&
    one.assets.jobEnvScript === other.assets.jobEnvScript
  );
}

function render({ pool, spec, assets }: ConfigMapInput): NamedConfigMap {
  const data = {
    [CONFIG_FILE]: runnerConfig(spec, pool),
    [ENTRYPOINT_FILE]: assets.oneJobScript,
    ...(hasJobEnvironment(spec) && { [JOB_ENV_SCRIPT]: assets.jobEnvScript }),
    ...(spec.containerMode.type === 'DindRootless' && { [SUBID_FILE]: SUBORDINATE_IDS }),
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configMapName(pool, data), namespace: pool.namespace, labels: { [LABEL_POOL_UID]: pool.uid } },
    immutable: true,
    data,
  };
}

/** The uid is digested too: the names of two pools may differ only in what is cut off or replaced here. */
function configMapName(pool: PoolIdentity, data: Record<string, string>): string {
  return digestedName(pool.name, canonicalJson([pool.uid, data]));
}

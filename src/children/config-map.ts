/** The files that all runners of a pool share. */
import type { ConfigMap } from 'kubernetes-types/core/v1.d.ts';
import { LABEL_POOL_UID } from '../api/keys.ts';
import type { RunnerPoolSpec } from '../api/runnerpool.ts';
import { canonicalJson, digest } from '../pool/digest.ts';
import type { PoolIdentity } from '../pool/model.ts';
import type { RenderAssets } from './input.ts';
import { CONFIG_FILE, ENTRYPOINT_FILE } from './layout.ts';
import { runnerConfig } from './runner-config.ts';

/** Longest DNS label. */
const MAX_NAME = 63;

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
    one.assets.oneJobScript === other.assets.oneJobScript
  );
}

function render({ pool, spec, assets }: ConfigMapInput): NamedConfigMap {
  const data = { [CONFIG_FILE]: runnerConfig(spec), [ENTRYPOINT_FILE]: assets.oneJobScript };
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
  const suffix = digest(canonicalJson([pool.uid, data]));
  const head = pool.name.replaceAll('.', '-').slice(0, MAX_NAME - suffix.length - 1);
  return `${head.replace(/-+$/, '')}-${suffix}`;
}

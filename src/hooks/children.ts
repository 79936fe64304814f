/** The children of an answer: what is kept is echoed as observed, what is new is rendered, and nothing is forgotten. */
import { LABEL_POOL_UID, LABEL_RUNNER } from '../api/keys.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { renderConfigMap } from '../children/config-map.ts';
import { echo } from '../children/echo.ts';
import type { RegisteredTags, RenderAssets } from '../children/input.ts';
import { podTemplates } from '../children/pod/pod-templates.ts';
import { isOfCache, isOfPool } from '../children/pool-children.ts';
import { renderRunner } from '../children/runner.ts';
import { renderSecret } from '../children/secret.ts';
import type { RunnerTags } from '../pool/observed.ts';
import type { ChildIntent } from '../pool/settle.ts';
import type { DecodedRequest } from './decode.ts';
import { poolObjectsOfFinalize, poolObjectsOfSync } from './pool-objects.ts';
import { objectAt, textAt, type WireObject } from './wire.ts';

export interface ChildrenInput {
  readonly decoded: DecodedRequest;
  readonly spec: RunnerPoolSpec;
  readonly assets: RenderAssets;
  readonly intents: readonly ChildIntent[];
  /** Token of a runner whose Secret is to be rendered. */
  readonly tokenOf: (runner: string) => string | undefined;
  /** Random text for the Secret of the pool's cache; null when none is to be made. */
  readonly newCacheSecret: string | null;
}

/** What the runners of a pool share is made ahead of the answer that needs it, while Forgejo is at work; see `renderConfigMap`. */
export function prepareChildren({ decoded, spec, assets }: Pick<ChildrenInput, 'decoded' | 'spec' | 'assets'>): void {
  try {
    renderConfigMap({ pool: decoded.pool, spec, assets });
  } catch {
    // The answer, which asks for it again, fails of it: not before the effects that are under way have come to their end.
  }
}

/** For `/sync`: also children that are no runner's stay, and the pool's ConfigMap is there before a runner needs it. */
export function childrenOfSync(input: ChildrenInput): readonly object[] {
  const { decoded } = input;
  const config = renderConfigMap({ pool: decoded.pool, spec: input.spec, assets: input.assets });
  const observed = decoded.raw.configMaps.get(config.metadata.name);
  const current = observed !== undefined ? [echo(observed)] : decoded.namespaceTerminating ? [] : [config];
  const used = [...decoded.raw.configMaps]
    .filter(([name, object]) => name !== config.metadata.name && isWanted(name, object, decoded))
    .map(([, object]) => echo(object));
  const others = foreign(decoded);
  const ofPool = poolObjectsOfSync(input, others);
  return [...current, ...used, ...others.map(echo), ...ofPool, ...runnerChildren(input, config.metadata.name)];
}

/**
 * For `/finalize`: what no runner needs any more goes, the cache at once. `runnersLeft`: one may still run, mount a ConfigMap,
 * and must not get out of its network policy.
 */
export function childrenOfFinalize(input: ChildrenInput, runnersLeft: boolean): readonly object[] {
  const { decoded } = input;
  const used = [...decoded.raw.configMaps]
    .filter(([name]) => runnersLeft && decoded.configMapsInUse.has(name))
    .map(([, object]) => echo(object));
  return [...used, ...poolObjectsOfFinalize(decoded, runnersLeft), ...runnerChildren(input, '')];
}

/** Everything as observed: the answer when nothing can be decided. */
export function childrenAsObserved(decoded: DecodedRequest): readonly object[] {
  const { secrets, configMaps, workloads, poolObjects } = decoded.raw;
  return [...configMaps.values(), ...secrets.values(), ...poolObjects.values(), ...workloads.values()].map(echo);
}

/** A ConfigMap that is not ours by its label is not ours to drop. */
function isWanted(name: string, object: WireObject, decoded: DecodedRequest): boolean {
  const label = textAt(objectAt(objectAt(object, 'metadata'), 'labels'), LABEL_POOL_UID);
  return label !== decoded.pool.uid || decoded.configMapsInUse.has(name);
}

/** Children whose labels somebody changed: what an answer leaves out is deleted. */
function foreign(decoded: DecodedRequest): readonly WireObject[] {
  const { secrets, workloads, poolObjects } = decoded.raw;
  const found: WireObject[] = [];
  for (const [name, object] of secrets) if (!isRunners(name, object, decoded) && !isOfCache(object, decoded.pool)) found.push(object);
  for (const [name, object] of workloads) if (!isRunners(name, object, decoded)) found.push(object);
  for (const object of poolObjects.values()) if (!isOfPool(object, decoded.pool)) found.push(object);
  return found;
}

/** Whether the object is the one that its labels say: only of such a one do intents speak. */
function isRunners(name: string, object: WireObject, { pool }: DecodedRequest): boolean {
  const labels = objectAt(objectAt(object, 'metadata'), 'labels');
  return textAt(labels, LABEL_RUNNER) === name && textAt(labels, LABEL_POOL_UID) === pool.uid;
}

function runnerChildren(input: ChildrenInput, configMapName: string): readonly object[] {
  const { decoded } = input;
  const { secrets, workloads } = decoded.raw;
  const template = podTemplates();
  return input.intents.flatMap((intent) => {
    switch (intent.kind) {
      case 'keepSecret':
        return echoed(intent.runner, secrets, decoded);
      case 'keepWorkload':
        return echoed(intent.runner, workloads, decoded);
      case 'renderSecret': {
        const { tags } = intent;
        const token = input.tokenOf(tags.runner);
        const taken = secrets.has(tags.runner);
        return taken || token === undefined || !isRegistered(tags) ? [] : [renderSecret({ pool: decoded.pool, tags, token })];
      }
      case 'renderWorkload': {
        const { tags } = intent;
        const taken = workloads.has(tags.runner);
        return taken || !isRegistered(tags) ? [] : [renderRunner({ pool: decoded.pool, spec: input.spec, tags, configMapName }, template)];
      }
    }
  });
}

function echoed(name: string, objects: ReadonlyMap<string, WireObject>, decoded: DecodedRequest): readonly object[] {
  const object = objects.get(name);
  return object !== undefined && isRunners(name, object, decoded) ? [echo(object)] : [];
}

function isRegistered(tags: RunnerTags): tags is RegisteredTags {
  return tags.registration !== null;
}

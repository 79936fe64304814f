/** The children of an answer: what is kept is echoed as observed, what is new is rendered, and nothing is forgotten. */
import { LABEL_POOL_UID } from '../api/keys.ts';
import type { RunnerPoolSpec } from '../api/runnerpool.ts';
import { renderConfigMap } from '../children/config-map.ts';
import { echo } from '../children/echo.ts';
import type { RegisteredTags, RenderAssets } from '../children/input.ts';
import { renderRunner } from '../children/runner.ts';
import { renderSecret } from '../children/secret.ts';
import type { RunnerTags } from '../pool/observed.ts';
import type { ChildIntent } from '../pool/settle.ts';
import type { DecodedRequest } from './decode.ts';
import { objectAt, textAt, type WireObject } from './wire.ts';

export interface ChildrenInput {
  readonly decoded: DecodedRequest;
  readonly spec: RunnerPoolSpec;
  readonly assets: RenderAssets;
  readonly intents: readonly ChildIntent[];
  /** Token of a runner whose Secret is to be rendered. */
  readonly tokenOf: (runner: string) => string | undefined;
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
  return [...current, ...used, ...foreign(decoded), ...runnerChildren(input, config.metadata.name)];
}

/** For `/finalize`: what no runner needs any more goes. `runnersLeft`: one may still run, and mount a ConfigMap. */
export function childrenOfFinalize(input: ChildrenInput, runnersLeft: boolean): readonly object[] {
  const { decoded } = input;
  const used = [...decoded.raw.configMaps]
    .filter(([name]) => runnersLeft && decoded.configMapsInUse.has(name))
    .map(([, object]) => echo(object));
  return [...used, ...runnerChildren(input, '')];
}

/** Everything as observed: the answer when nothing can be decided. */
export function childrenAsObserved(decoded: DecodedRequest): readonly object[] {
  const { secrets, configMaps, workloads } = decoded.raw;
  return [...configMaps.values(), ...secrets.values(), ...workloads.values()].map(echo);
}

/** A ConfigMap that is not ours by its label is not ours to drop. */
function isWanted(name: string, object: WireObject, decoded: DecodedRequest): boolean {
  const label = textAt(objectAt(objectAt(object, 'metadata'), 'labels'), LABEL_POOL_UID);
  return label !== decoded.pool.uid || decoded.configMapsInUse.has(name);
}

/** Children without our labels: somebody changed them, and what an answer leaves out is deleted. */
function foreign(decoded: DecodedRequest): readonly object[] {
  const { secrets, workloads } = decoded.observed;
  return [...withoutSlot(decoded.raw.secrets, secrets), ...withoutSlot(decoded.raw.workloads, workloads)];
}

function withoutSlot(objects: ReadonlyMap<string, WireObject>, ours: readonly { readonly tags: RunnerTags }[]): readonly object[] {
  const names = new Set(ours.map(({ tags }) => tags.runner));
  return [...objects].filter(([name]) => !names.has(name)).map(([, object]) => echo(object));
}

function runnerChildren(input: ChildrenInput, configMapName: string): readonly object[] {
  return input.intents.flatMap((intent) => {
    switch (intent.kind) {
      case 'keepSecret':
        return echoed(input.decoded.raw.secrets.get(intent.runner));
      case 'keepWorkload':
        return echoed(input.decoded.raw.workloads.get(intent.runner));
      case 'renderSecret': {
        const observed = input.decoded.raw.secrets.get(intent.tags.runner);
        if (observed !== undefined) return [];
        const token = input.tokenOf(intent.tags.runner);
        const { tags } = intent;
        return token === undefined || !isRegistered(tags) ? [] : [renderSecret({ pool: input.decoded.pool, tags, token })];
      }
      case 'renderWorkload': {
        const { tags } = intent;
        return isRegistered(tags) ? [renderRunner({ pool: input.decoded.pool, spec: input.spec, tags, configMapName })] : [];
      }
    }
  });
}

function echoed(object: WireObject | undefined): readonly object[] {
  return object === undefined ? [] : [echo(object)];
}

function isRegistered(tags: RunnerTags): tags is RegisteredTags {
  return tags.registration !== null;
}

/** The children of an answer that are no runner's: cache server and network policies. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { cacheName } from '../children/cache/cache-identity.ts';
import { echo } from '../children/echo.ts';
import { runnerPolicyName } from '../children/network/network-policy.ts';
import { isOfCache, isOfPool, poolChildren } from '../children/pool-children.ts';
import { childKey } from './answer.ts';
import type { ChildrenInput } from './children.ts';
import type { DecodedRequest } from './decode.ts';
import { objectAt, textAt, type WireObject } from './wire.ts';

/**
 * For `/sync`: what the spec wants, as it is to be. A Secret that somebody still mounts stays. `foreign`: observed children that
 * are not ours by their labels; they keep their names.
 */
export function poolObjectsOfSync({ decoded, spec, newCacheSecret }: ChildrenInput, foreign: readonly WireObject[]): readonly object[] {
  const observed = ownPoolObjects(decoded);
  if (decoded.namespaceTerminating) return observed.map(echo);
  const mounted = observed.filter((object) => object['kind'] === 'Secret' && decoded.secretsInUse.has(nameOf(object)));
  const rendered = poolChildren({ pool: decoded.pool, spec, observed, newCacheSecret });
  const wanted = new Map([...mounted.map(echo), ...rendered].map((child) => [keyOf(child), child]));
  const taken = new Set(foreign.map(keyOf));
  return [...wanted].filter(([key]) => !taken.has(key)).map(([, child]) => child);
}

/** For `/finalize`: of all of it only the runners' network policy, as long as there are runners. */
export function poolObjectsOfFinalize(decoded: DecodedRequest, runnersLeft: boolean): readonly object[] {
  if (!runnersLeft) return [];
  const policies = ownPoolObjects(decoded).filter((object) => object['kind'] === 'NetworkPolicy' && !isOfCache(object, decoded.pool));
  return policies.map(echo);
}

/**
 * As `childKey`, what an answer to `/sync` is held against. A volume is lost with its StatefulSet: while a cache is wanted and its
 * Secret is not seen nothing of it goes, and never what is not ours.
 */
export function poolObjectsToKeep({ pool, raw }: DecodedRequest, { cache, networkPolicy }: RunnerPoolSpec): readonly string[] {
  const cacheIsFixed = cache?.server !== undefined && !raw.secrets.has(cacheName(pool));
  const policy = networkPolicy === undefined ? null : childKey('NetworkPolicy', runnerPolicyName(pool));
  return [...raw.poolObjects]
    .filter(([key, object]) => key === policy || !isOfPool(object, pool) || (cacheIsFixed && isOfCache(object, pool)))
    .map(([key]) => key);
}

/** Observed children that are the pool's by their labels, and no runner's. */
function ownPoolObjects({ raw, pool }: DecodedRequest): readonly WireObject[] {
  return [
    ...[...raw.secrets.values()].filter((object) => isOfCache(object, pool)),
    ...[...raw.poolObjects.values()].filter((object) => isOfPool(object, pool)),
  ];
}

function keyOf(child: object): string {
  return childKey('kind' in child ? String(child.kind) : '', nameOf(child));
}

function nameOf(child: object): string {
  return textAt(objectAt({ ...child }, 'metadata'), 'name') ?? '';
}

/** A pool's spec comes with every call and seldom changes: what it was checked to be is kept until its text is another one. */
import { type Validated, validateSpec } from '../api/validate.ts';
import type { DecodedRequest } from './decode.ts';
import { isTooDeep } from './nesting.ts';

export interface SpecCache {
  /** As `validateSpec`; the same value for the same pool and text, so that what is derived from a spec can be kept by it. */
  check(request: Pick<DecodedRequest, 'pool' | 'rawSpec'>): Validated;
}

interface Checked {
  readonly text: string;
  readonly validated: Validated;
}

/** More pools than one process serves; the one that was asked for longest ago goes. */
const MOST_POOLS = 10_000;

export function createSpecCache(): SpecCache {
  const byUid = new Map<string, Checked>();
  return {
    check({ pool, rawSpec }) {
      if (isTooDeep(rawSpec)) return validateSpec(rawSpec);
      const text = JSON.stringify(rawSpec) ?? '';
      const known = byUid.get(pool.uid);
      const checked = known?.text === text ? known : { text, validated: validateSpec(rawSpec) };
      byUid.delete(pool.uid);
      byUid.set(pool.uid, checked);
      const [oldest] = byUid.keys();
      if (oldest !== undefined && byUid.size > MOST_POOLS) byUid.delete(oldest);
      return checked.validated;
    },
  };
}

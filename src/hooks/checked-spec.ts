/** A pool's spec comes with every call and seldom changes: what it was checked to be is kept until its text is another one. */
import { type Validated, validateSpec } from '../api/validate.ts';
import type { DecodedRequest } from './decode.ts';
import { isTooDeep } from './nesting.ts';

interface Checked {
  readonly rawSpec: unknown;
  readonly text: string;
  readonly validated: Validated;
}

/** More pools than one process serves; the one that was checked first goes. */
const MAX_POOLS = 1000;
const checkedByUid = new Map<string, Checked>();

/** As `validateSpec`; the same value for the same pool and text, so that what is derived from a spec can be kept by it. */
export function checkedSpec({ pool, rawSpec }: Pick<DecodedRequest, 'pool' | 'rawSpec'>): Validated {
  const known = checkedByUid.get(pool.uid);
  if (known !== undefined && known.rawSpec === rawSpec && Object.isFrozen(rawSpec)) return known.validated;
  if (isTooDeep(rawSpec)) return validateSpec(rawSpec);
  const text = JSON.stringify(rawSpec);
  if (known?.text === text) return known.validated;
  const validated = validateSpec(rawSpec);
  const [first] = checkedByUid.keys();
  if (first !== undefined && checkedByUid.size >= MAX_POOLS) checkedByUid.delete(first);
  checkedByUid.set(pool.uid, { rawSpec, text, validated });
  return validated;
}

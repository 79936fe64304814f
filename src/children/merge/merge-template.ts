/** The user's partial PodTemplateSpec merged over a rendered one, as `kubectl patch` does it and with one source per volume. */
import type { JsonObject } from '../json.ts';
import { retainOneSource } from './one-source.ts';
import { strategicMerge } from './strategic-merge.ts';

/** `patch` merged over `base`; neither is changed. What can't be merged leaves the field as `base` has it. */
export function mergeTemplate(base: JsonObject, patch: JsonObject): JsonObject {
  return strategicMerge(base, retainOneSource(base, patch));
}

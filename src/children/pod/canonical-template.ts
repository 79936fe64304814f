/** A Pod template as the API server stores it. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import { normalize } from '../normalize.ts';

/** Taking away what is empty leaves a template. */
export function canonicalTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return normalize({ ...template });
}

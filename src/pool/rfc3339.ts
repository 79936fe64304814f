import type { Instant } from './model.ts';

/** RFC 3339 in whole seconds, as Kubernetes writes its times. */
export function rfc3339(instant: Instant): string {
  return new Date(Math.floor(instant / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

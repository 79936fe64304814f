/** Moments, as decisions compare them and as Kubernetes writes them. */

/** Milliseconds since the Unix epoch in Forgejo's time: own clock plus the offset that its `Date` header shows. */
export type Instant = number;

/** RFC 3339 in whole seconds, as Kubernetes writes its times. */
export function rfc3339(instant: Instant): string {
  return new Date(Math.floor(instant / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Null when none is known. */
export function earliest(times: readonly (Instant | null)[]): Instant | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

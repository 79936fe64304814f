/** Moments, as decisions compare them and as Kubernetes writes them. */

/** Milliseconds since the Unix epoch in Forgejo's time: own clock plus the offset that its `Date` header shows. */
export type Instant = number;

/**
 * RFC 3339 in whole seconds, as Kubernetes writes its times. A status has dozens, and `toISOString` takes three times as long.
 * Throws a RangeError for what is no time.
 */
export function rfc3339(instant: Instant): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) throw new RangeError(`not a time: ${instant}`);
  const day = `${String(time.getUTCFullYear()).padStart(4, '0')}-${twoDigits(time.getUTCMonth() + 1)}-${twoDigits(time.getUTCDate())}`;
  return `${day}T${twoDigits(time.getUTCHours())}:${twoDigits(time.getUTCMinutes())}:${twoDigits(time.getUTCSeconds())}Z`;
}

function twoDigits(count: number): string {
  return count < 10 ? `0${count}` : String(count);
}

/** Null when none is known. */
export function earliest(times: readonly (Instant | null)[]): Instant | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

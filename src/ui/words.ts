/** Small pieces of the page: times that go on, names of strangers. */
import { ageInWords } from './assets/age.js';
import { type Html, html } from './html.ts';

/** `3 min`; the page counts on. */
export function age(since: number, now: number): Html {
  return html`<time datetime="${iso(since)}" data-age>${ageInWords(now - since)}</time>`;
}

/** `2026-11-25 08:30:05 UTC`. */
export function moment(at: number): Html {
  const text = iso(at);
  return html`<time datetime="${text}">${text.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** Text that must not turn what stands around it, whatever its writing direction. */
export function name(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

/** The queue tells ids alone. */
export function repository(id: number): string {
  return `repository ${id}`;
}

/** A time of a status that was written by hand may be none. */
function iso(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= LAST_INSTANT ? new Date(at).toISOString() : new Date(0).toISOString();
}

/** ECMAScript's last moment. */
const LAST_INSTANT = 8.64e15;

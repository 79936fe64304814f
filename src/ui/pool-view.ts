/** One pool on the page. */
import { isTrouble } from '../pool/condition-state.ts';
import type { Entry } from './board.ts';
import type { Detail } from './detail.ts';
import { type Html, html } from './html.ts';
import type { SeenCondition, SeenPool, SeenSpec } from './seen-pool.ts';
import { tables } from './tables.ts';
import { age, name } from './words.ts';

export function poolView({ key, seen, syncedAt, stale }: Entry, now: number, detail: Detail): Html {
  // What labels another element must be one word.
  const id = `pool-${key.replaceAll(/\s/g, '_')}`;
  return html`<article class="pool${stale ? ' stale' : ''}" data-pool="${key}" aria-labelledby="${id}">
<header><h2 id="${id}">${name(key)}</h2>${badges(seen, stale)}</header>
<p class="facts">${seen.spec === null ? 'Its spec could not be read yet.' : facts(seen.spec)} Last sync <span data-synced>${age(syncedAt, now)}</span> ago.</p>
${notices(seen, now)}
${numbers(seen, now)}
${detail.rows === 0 ? null : tables(seen, now, detail)}
</article>`;
}

/** Ready as the pool's condition says it; a pool that is not synced here any more is neither. */
export function isReady({ seen, stale }: Pick<Entry, 'seen' | 'stale'>): boolean {
  return !stale && seen.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function badges(seen: SeenPool, stale: boolean): Html {
  const ready = seen.conditions.find(({ type }) => type === 'Ready');
  return html`<p class="badges">${
    isReady({ seen, stale: false })
      ? html`<span class="badge good">Ready</span>`
      : html`<span class="badge bad">Not ready${ready === undefined ? null : html`: ${ready.reason}`}</span>`
  }${seen.spec?.paused === true ? html`<span class="badge note">Paused</span>` : null}${
    seen.deleting ? html`<span class="badge note">Being deleted</span>` : null
  }${stale ? html`<span class="badge note">Stale: not synced by this replica for 10 minutes</span>` : null}</p>`;
}

function facts({ mode, scope, server, labels }: SeenSpec): Html {
  return html`${mode} runners for ${name(scope)} on ${name(server)}, labels ${name(labels.join(', '))}.`;
}

function notices({ conditions }: SeenPool, now: number): Html {
  const notable = conditions.filter((condition) => condition.notable);
  if (notable.length === 0) return html`<p class="quiet">Nothing is in its way.</p>`;
  return html`<ul class="notices">${notable.map((condition) => notice(condition, now))}</ul>`;
}

function notice(condition: SeenCondition, now: number): Html {
  const { type, status, reason, message, since } = condition;
  return html`<li class="${isTrouble(condition) && status !== 'True' ? 'bad' : 'note'}">${name(message)} <span class="quiet">${type} is ${status}: ${reason}, for ${age(since, now)}</span></li>`;
}

function numbers({ queue, counts, limits }: SeenPool, now: number): Html {
  const range = limits === null ? '-' : `${limits.min} to ${limits.max}`;
  const windows = limits === null || limits.schedules.length === 0 ? null : html` <small>${name(limits.schedules.join(', '))}</small>`;
  return html`<dl class="numbers">
<div><dt>Jobs waiting</dt><dd>${queue.waiting}</dd></div>
<div><dt>Oldest waits</dt><dd>${queue.oldestSince === null ? '-' : age(queue.oldestSince, now)}</dd></div>
<div><dt>Jobs blocked</dt><dd>${queue.blocked}</dd></div>
<div><dt>Jobs running</dt><dd>${queue.running}</dd></div>
<div><dt>Runners starting</dt><dd>${counts.starting}</dd></div>
<div><dt>Runners idle</dt><dd>${counts.idle}</dd></div>
<div><dt>Runners busy</dt><dd>${counts.busy}</dd></div>
<div><dt>Runners draining</dt><dd>${counts.draining}</dd></div>
<div><dt>Limits</dt><dd>${range}${windows}</dd></div>
</dl>`;
}

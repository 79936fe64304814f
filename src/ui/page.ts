/** The whole page, as it is before the stream takes over, and for browsers without a script. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Look, positionOf } from './board.ts';
import { type Detail, detailFor } from './detail.ts';
import { type Html, html, textOf } from './html.ts';
import { isReady, poolView } from './pool-view.ts';
import { moment, name } from './words.ts';

export interface Replica {
  /** Name of the host, which is the Pod's. */
  readonly host: string;
  readonly version: string;
}

/** Between two pieces the hooks have their turn. */
const POOLS_A_PIECE = 20;
/** More links than anybody reads. */
const MOST_NAMESPACES = 200;

/** In pieces, that a page of many pools holds nobody up. */
export async function* page(look: Look, replica: Replica): AsyncGenerator<string> {
  const { now, entries } = look;
  const detail = detailFor(entries.length);
  yield textOf(head(look, replica, detail));
  for (let first = 0; first < entries.length; first += POOLS_A_PIECE) {
    yield entries
      .slice(first, first + POOLS_A_PIECE)
      .map((entry) => `${textOf(poolView(entry, now, detail))}\n`)
      .join('');
    await nextTurn();
  }
  yield textOf(TAIL);
}

function head(look: Look, replica: Replica, detail: Detail): Html {
  const { namespace, now } = look;
  // Addresses are relative, so that the page also works below a path: kubectl proxy, an Ingress.
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Runner pools${namespace === null ? null : ` of ${namespace}`}</title>
<link rel="icon" href="ui/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="ui/style.css">
<script type="module" src="ui/live.js"></script>
</head>
<body data-events="${addressFor('ui/events', namespace)}" data-since="${positionOf(look)}" data-now="${now}">
<a class="skip" href="#pools">Skip to the pools</a>
<header class="top">
<h1>Runner pools${namespace === null ? null : html` of ${name(namespace)}`}</h1>
<p>What replica ${name(replica.host)} (version ${replica.version}) last saw, at ${moment(now)}. With several replicas only the one that Metacontroller calls knows a pool.</p>
<p role="status" id="stream">Not live: reload the page for newer numbers.</p>
<div id="totals">${totals(look)}</div>
${detail.rows === 0 ? html`<p>Of so many pools only the numbers are shown: choose a namespace to see queues and runners.</p>` : null}
${namespaceLinks(look)}
</header>
<main id="pools" tabindex="-1">`;
}

const TAIL = html`</main>
<footer><p>Ages are of this page: a job's runs from when the operator first saw it. Repositories are shown by Forgejo's id, for the queue tells no name.</p></footer>
</body>
</html>
`;

/** What is said of all pools together. */
export function totals({ entries, more, namespace }: Look): Html {
  const which = namespace === null ? 'any pool' : 'a pool of this namespace';
  if (entries.length === 0) return html`<p>This replica has not been called for ${which} in the last hour.</p>`;
  const sum = (of: (each: (typeof entries)[number]['seen']) => number): number => entries.reduce((total, { seen }) => total + of(seen), 0);
  return html`<dl class="numbers">
<div><dt>Pools</dt><dd>${entries.length}</dd></div>
<div><dt>Pools not ready or stale</dt><dd>${entries.filter((entry) => !isReady(entry)).length}</dd></div>
<div><dt>Jobs waiting</dt><dd>${sum(({ queue }) => queue.waiting)}</dd></div>
<div><dt>Runners busy</dt><dd>${sum(({ counts }) => counts.busy)}</dd></div>
<div><dt>Runners idle</dt><dd>${sum(({ counts }) => counts.idle)}</dd></div>
</dl>${more === 0 ? null : html`<p class="quiet">${more} more pools, by name after these, are not shown.</p>`}`;
}

function namespaceLinks({ namespace, namespaces }: Look): Html | null {
  if (namespace === null && namespaces.length < 2) return null;
  const shown = namespaces.slice(0, MOST_NAMESPACES);
  return html`<nav aria-label="Namespaces"><ul>${namespace === null ? null : html`<li><a href="ui">All namespaces</a></li>`}${shown.map(
    (each) => html`<li><a href="${addressFor('ui', each)}"${each === namespace ? html` aria-current="page"` : null}>${name(each)}</a></li>`,
  )}</ul></nav>`;
}

function addressFor(path: string, namespace: string | null): string {
  return namespace === null ? path : `${path}?namespace=${encodeURIComponent(namespace)}`;
}

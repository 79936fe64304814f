/** Keeps the page as the replica sees it: patches what has changed, so that focus, selection and open parts stay. */
import { ageInWords } from './age.js';

/** The server speaks every 5 s. */
const SILENCE_MS = 20_000;
/** After an answer that is no stream the browser does not come back by itself. */
const TRY_AGAIN_MS = 10_000;

const pools = part('pools');
const totals = part('totals');
const status = part('stream');
const policy = window.trustedTypes?.createPolicy('ui', { createHTML: (text) => text });
/** Every pool that the replica shows, in order; some may still be on their way. */
let order = [...pools.children].map((article) => article.getAttribute('data-pool') ?? '');
/** How far the clock of the replica is ahead of this one's, ms. */
let ahead = Number(document.body.dataset.now) - Date.now();
let position = document.body.dataset.since ?? '';
let heardAt = Date.now();

/** @type {EventSource} */
let source = listen();
setInterval(everySecond, 1000);

/** @returns {EventSource} */
function listen() {
  const url = new URL(document.body.dataset.events ?? '', document.baseURI);
  url.searchParams.set('since', position);
  const opened = new EventSource(url);
  heardAt = Date.now();
  opened.addEventListener('message', ({ data, lastEventId }) => {
    position = lastEventId;
    heardAt = Date.now();
    apply(JSON.parse(data));
    say('live', 'Live.');
  });
  opened.addEventListener('error', () => {
    sayLost();
    if (opened.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      if (source === opened) source = listen();
    }, TRY_AGAIN_MS);
  });
  return opened;
}

function everySecond() {
  if (Date.now() - heardAt > SILENCE_MS) {
    sayLost();
    source.close();
    source = listen();
  }
  const now = Date.now() + ahead;
  for (const time of document.querySelectorAll('time[data-age]')) {
    const text = ageInWords(now - Date.parse(time.getAttribute('datetime') ?? ''));
    if (time.textContent !== text) time.textContent = text;
  }
}

/**
 * @param {{ now: number, keys?: string[], pools: { key: string, html: string }[], totals?: string, synced: [string, string][] }} changes
 *   as `changes.ts` writes them
 */
function apply(changes) {
  ahead = changes.now - Date.now();
  const shown = new Map([...pools.children].map((article) => [article.getAttribute('data-pool') ?? '', article]));
  for (const { key, html } of changes.pools) {
    const fresh = parse(html).firstElementChild;
    const old = shown.get(key);
    if (fresh === null) continue;
    if (old !== undefined) patch(old, fresh);
    else shown.set(key, fresh);
  }
  order = changes.keys ?? order;
  arrange(order, shown);
  if (changes.totals !== undefined) patchChildren(totals, parse(changes.totals));
  for (const [key, at] of changes.synced) shown.get(key)?.querySelector('[data-synced] time')?.setAttribute('datetime', at);
}

/**
 * Takes away what is not among the keys, and moves only what stands in a wrong place: a moved element loses the focus.
 * @param {string[]} keys
 * @param {Map<string, Element>} shown
 */
function arrange(keys, shown) {
  const kept = new Set(keys);
  for (const [key, article] of shown) if (!kept.has(key)) article.remove();
  let next = pools.firstElementChild;
  for (const key of keys) {
    const article = shown.get(key);
    if (article === undefined) continue;
    if (article === next) next = next.nextElementSibling;
    else pools.insertBefore(article, next);
  }
}

/**
 * @param {string} markup from this server, which escapes what strangers wrote
 * @returns {DocumentFragment}
 */
function parse(markup) {
  const template = document.createElement('template');
  template.innerHTML = policy === undefined ? markup : policy.createHTML(markup);
  return template.content;
}

/**
 * @param {Node} old
 * @param {Node} fresh
 */
function patch(old, fresh) {
  if (old instanceof Element && fresh instanceof Element && old.nodeName === fresh.nodeName) {
    patchAttributes(old, fresh);
    patchChildren(old, fresh);
  } else if (old instanceof Text && fresh instanceof Text) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else {
    old.parentNode?.replaceChild(fresh, old);
  }
}

/**
 * Whether a part is open is the reader's to say.
 * @param {Element} old
 * @param {Element} fresh
 */
function patchAttributes(old, fresh) {
  for (const name of new Set([...old.getAttributeNames(), ...fresh.getAttributeNames()])) {
    const value = fresh.getAttribute(name);
    if (name === 'open' || value === old.getAttribute(name)) continue;
    if (value === null) old.removeAttribute(name);
    else old.setAttribute(name, value);
  }
}

/**
 * @param {Node} old
 * @param {Node} fresh
 */
function patchChildren(old, fresh) {
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  for (const [index, child] of after.entries()) {
    const counterpart = before[index];
    if (counterpart === undefined) old.appendChild(child);
    else patch(counterpart, child);
  }
  for (const extra of before.slice(after.length)) extra.parentNode?.removeChild(extra);
}

function sayLost() {
  if (status.className === 'lost') return;
  say('lost', `The stream is lost since ${new Date().toLocaleTimeString()}: what you see may be old. Trying again.`);
}

/**
 * Spoken by a screen reader: only when it is another state.
 * @param {string} state
 * @param {string} text
 */
function say(state, text) {
  if (status.className === state) return;
  status.className = state;
  status.textContent = text;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function part(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

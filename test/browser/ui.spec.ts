/**
 * The page in a browser, over the demo's world: one organization, an ephemeral and a persistent pool, jobs with hostile
 * names. `UPDATE_SCREENSHOTS=1` writes the pictures of docs/images anew.
 */
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedWorld, startEmbeddedWorld } from '../../src/dev/demo/embedded-world.ts';
import { REPOSITORIES, setUp } from '../../src/dev/demo/pools.ts';
import { createLog } from '../../src/log.ts';
import { launchChromium } from './chromium.ts';
import { openPage, type WatchedPage } from './watched-page.ts';

const HOSTILE = '<img src=x onerror="document.title=1">';
const LONG = 'a-name-without-a-space-'.repeat(8);
const DESKTOP: BrowserContextOptions = { viewport: { width: 1180, height: 900 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1 };
const images = join(import.meta.dirname, '../../docs/images');

let world: EmbeddedWorld;
let browser: Browser;
let opened: WatchedPage[] = [];
let closeWorld: () => Promise<void> = async () => {};

beforeAll(async () => {
  browser = await launchChromium();
  world = await startEmbeddedWorld({ ports: { forgejo: 0, hooks: 0, metrics: 0 }, ui: true }, createLog('silent'), (call) => call);
  closeWorld = once(() => world.close());
  setUp(world);
  // Short ones end while the page is tested, long ones fill the pools for as long as it takes.
  for (let index = 0; index < 6; index += 1) queue(`unit tests ${index + 1}`, 'docker', 500);
  for (let index = 0; index < 22; index += 1) queue(`build ${index + 1}`, 'docker', 600_000);
  for (let index = 0; index < 3; index += 1) queue(`deploy ${index + 1}`, 'deploy', 600_000);
});

afterAll(async () => {
  for (const page of opened) await page.close();
  await browser?.close();
  await closeWorld();
});

/** The last test closes the world, unless it is never reached. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | null = null;
  return () => (closed ??= close());
}

function queue(name: string, label: string, durationMs: number): void {
  const repository = REPOSITORIES[world.forgejo.jobs().length % REPOSITORIES.length] ?? REPOSITORIES[0];
  world.forgejo.queueJob({ repository, name, runsOn: [label], durationMs });
}

async function open(options: BrowserContextOptions): Promise<WatchedPage> {
  const watched = await openPage(browser, `${world.urls.metrics}/ui`, options);
  opened = [...opened, watched];
  return watched;
}

async function openLive(options: BrowserContextOptions): Promise<WatchedPage> {
  const watched = await open(options);
  await watched.page.locator('#stream', { hasText: /^Live\.$/ }).waitFor();
  return watched;
}

/** Opens every part that folds. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate("document.querySelectorAll('details').forEach((part) => part.setAttribute('open', ''))");
}

async function axeProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const result: axe.AxeResults = JSON.parse(await page.evaluate('axe.run().then((result) => JSON.stringify(result))'));
  expect(result.passes.length).toBeGreaterThan(20);
  return result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`));
}

function widths(page: Page): Promise<readonly [number, number]> {
  return page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]');
}

describe('an open page', () => {
  it('follows jobs and runners by itself', async () => {
    const { page, complaints } = await openLive(DESKTOP);
    const ephemeral = page.locator('[data-pool="ci/ephemeral"]');
    await ephemeral.locator('[data-part="ends"] tbody tr').nth(5).waitFor();
    await ephemeral.locator('.notices', { hasText: 'AtMaximum' }).waitFor();
    queue('a job that comes later', 'deploy', 600_000);
    await page.getByText('a job that comes later').first().waitFor();
    expect(complaints).toEqual([]);
  });
});

it.runIf(process.env['UPDATE_SCREENSHOTS'] === '1').each([
  { file: 'ui.png', options: { ...DESKTOP, viewport: { width: 1180, height: 1340 } } },
  { file: 'ui-phone.png', options: { ...PHONE, colorScheme: 'dark' as const, viewport: { width: 390, height: 1100 } } },
])('$file is taken anew', async ({ file, options }) => {
  const { page } = await openLive(options);
  await page.screenshot({ path: join(images, file) });
});

describe('a page that is read', () => {
  it('counts ages on, and tells when the pool was last synced', async () => {
    const { page } = await openLive(DESKTOP);
    const oldest = page.locator('[data-pool="ci/ephemeral"] .numbers time').first();
    const before = await oldest.textContent();
    await expect.poll(() => oldest.textContent(), { timeout: 70_000 }).not.toBe(before);
    expect(await page.locator('[data-pool="ci/ephemeral"] [data-synced]').textContent()).toMatch(/^\d s$/);
  }, 90_000);

  it('shows what strangers wrote as text', async () => {
    const { page, complaints } = await openLive(DESKTOP);
    queue(HOSTILE, 'docker', 600_000);
    queue(LONG, 'docker', 600_000);
    await page.locator('bdi', { hasText: HOSTILE }).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('Runner pools');
    expect(complaints).toEqual([]);
  });
});

describe('by keyboard', () => {
  it('the link over the heading leads to the pools', async () => {
    const { page } = await openLive(DESKTOP);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the pools');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('pools');
  });

  it('a part is folded and unfolded, and focus and fold stay while the pool changes', async () => {
    const { page } = await openLive(DESKTOP);
    const queueOf = page.locator('[data-pool="ci/persistent"] [data-part="queue"]');
    const summary = queueOf.locator('summary');
    await summary.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    expect(await queueOf.getAttribute('open')).toBe('');
    await page.keyboard.press('Enter');
    expect(await queueOf.getAttribute('open')).toBeNull();
    const title = await summary.textContent();
    queue('another one', 'deploy', 600_000);
    await expect.poll(() => page.evaluate('document.activeElement.textContent'), { timeout: 10_000 }).not.toBe(title);
    expect(await page.evaluate('document.activeElement.textContent')).toMatch(/^Queue: \d+ jobs? waits?$/);
    expect(await queueOf.getAttribute('open')).toBeNull();
  });
});

describe.each([
  { name: 'a desktop', options: DESKTOP },
  { name: 'a phone', options: PHONE },
])('on $name', ({ options }) => {
  it('nothing is wider than the screen, with the longest names and all parts open', async () => {
    const { page } = await openLive(options);
    await unfold(page);
    const [content, screen] = await widths(page);
    expect(content).toBeLessThanOrEqual(screen);
  });

  it.each(['light', 'dark'] as const)('axe finds nothing to mend, %s', async (colorScheme) => {
    const { page } = await openLive({ ...options, colorScheme });
    await unfold(page);
    expect(await axeProblems(page)).toEqual([]);
  });

  it('a table is one for a screen reader', async () => {
    const { page } = await openLive(options);
    const table = page.locator('[data-pool="ci/ephemeral"]').getByRole('table', { name: /^Queue/ });
    expect(await table.getByRole('columnheader').allTextContents()).toEqual(['Job', 'Repository', 'Waits for', 'Labels']);
    expect(await table.getByRole('rowheader').count()).toBeGreaterThan(0);
  });
});

it('the colours follow the system', async () => {
  const grounds = await Promise.all(
    (['light', 'dark'] as const).map(async (colorScheme) => {
      const { page } = await open({ ...DESKTOP, colorScheme });
      return page.evaluate('getComputedStyle(document.body).backgroundColor');
    }),
  );
  expect(grounds).toEqual(['rgb(246, 247, 249)', 'rgb(20, 23, 27)']);
});

it('without a script the page is there, and says that it is not live', async () => {
  const { page, complaints } = await open({ ...DESKTOP, javaScriptEnabled: false });
  expect(await page.locator('#stream').textContent()).toBe('Not live: reload the page for newer numbers.');
  expect(await page.locator('article').count()).toBe(2);
  expect(complaints).toEqual([]);
});

it('a page that finds no room for its stream says so and comes back', async () => {
  const { page } = await openLive(DESKTOP);
  await page.route('**/ui/events*', (route) => route.fulfill({ status: 503 }));
  await page.reload();
  await page.locator('#stream.lost').waitFor();
  await page.unroute('**/ui/events*');
  await page.locator('#stream.live', { hasText: /^Live\.$/ }).waitFor();
});

it('says when the stream is lost', async () => {
  const { page } = await openLive(DESKTOP);
  await closeWorld();
  await page.locator('#stream', { hasText: /^The stream is lost since .*: what you see may be old\. Trying again\.$/ }).waitFor();
  expect(await page.locator('article').count()).toBe(2);
});

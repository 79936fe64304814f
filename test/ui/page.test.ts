import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { MOST_POOLS } from '../../src/ui/board.ts';
import { aJob, aRecent, unavailable } from '../pool/support/builders.ts';
import { startUi, sync, type UiService } from './support/service.ts';

let service: UiService | null = null;

async function start(): Promise<UiService> {
  service = await startUi();
  return service;
}

afterEach(async () => {
  await service?.app.stop();
  service = null;
});

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types ui";

describe('the page', () => {
  it('is not there unless it is asked for', async () => {
    const operator = {
      sync: async () => ({ status: 200, body: { error: '' } }),
      finalize: async () => ({ status: 200, body: { error: '' } }),
      customize: () => ({ status: 200, body: { error: '' } }),
    };
    const config = { ...loadConfig({}), shutdownDelayMs: 0 };
    expect(config.uiEnabled).toBe(false);
    const app = await createApp({ operator, log: createLog('silent'), metrics: createMetrics({ version: '0', node: '0' }), config });
    for (const url of ['/ui', '/ui/', '/ui/events', '/ui/style.css']) {
      expect((await app.metrics.inject({ url })).statusCode, url).toBe(404);
    }
    await app.stop();
  });

  it('is on the port of the metrics, not on that of the hooks', async () => {
    const { app } = await start();
    expect((await app.metrics.inject({ url: '/ui' })).statusCode).toBe(200);
    expect((await app.hooks.inject({ url: '/ui' })).statusCode).toBe(404);
  });

  it.each(['/ui', '/ui/', '/ui/style.css', '/ui/live.js', '/ui/age.js', '/ui/icon.svg'])(
    '%s may do nothing in a browser but show itself',
    async (url) => {
      const { app } = await start();
      const { headers } = await app.metrics.inject({ url });
      expect(headers).toMatchObject({
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    },
  );

  it('keeps to its policy: no inline style or script, nothing from elsewhere', async () => {
    const parts = await start();
    sync(parts, 'a', { jobs: [aJob(1)] });
    const { body } = await parts.app.metrics.inject({ url: '/ui' });
    expect(body).not.toMatch(/\sstyle=|<style|\son\w+=|javascript:/i);
    expect([...body.matchAll(/<script([^>]*)>([^<]*)/g)].map(([, attributes, text]) => [attributes?.trim(), text])).toEqual([
      ['type="module" src="ui/live.js"', ''],
    ]);
    const addresses = [...body.matchAll(/(?:src|href|data-events)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses).toEqual(['ui/icon.svg', 'ui/style.css', 'ui/live.js', 'ui/events', '#pools']);
  });

  it('is answered to HEAD without a body, and to nothing but reading', async () => {
    const { app } = await start();
    const head = await app.metrics.inject({ method: 'HEAD', url: '/ui' });
    expect([head.statusCode, head.body, head.headers['cache-control']]).toEqual([200, '', 'no-store']);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'] as const) {
      expect((await app.metrics.inject({ method, url: '/ui' })).statusCode, method).toBe(404);
    }
    expect((await app.metrics.inject({ method: 'HEAD', url: '/ui/events' })).statusCode).toBe(404);
    expect((await app.metrics.inject({ url: '/ui/..%2f..%2fpackage.json' })).statusCode).toBe(404);
  });

  it('is found with a slash too, also behind a proxy that adds a path', async () => {
    const { app } = await start();
    const { statusCode, headers } = await app.metrics.inject({ url: '/ui/' });
    expect([statusCode, headers.location]).toEqual([308, '../ui']);
  });

  it('has files that a browser keeps and asks about', async () => {
    const { app } = await start();
    const first = await app.metrics.inject({ url: '/ui/style.css' });
    expect(first.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'text/css; charset=utf-8' });
    const again = await app.metrics.inject({ url: '/ui/style.css', headers: { 'if-none-match': String(first.headers.etag) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });
});

describe('without a script the page shows', () => {
  it('that there is no pool yet', async () => {
    const { app } = await start();
    expect((await app.metrics.inject({ url: '/ui' })).body).toContain('has not been called for any pool');
  });

  it('pools with their numbers, queue and ends, and that it is not live', async () => {
    const parts = await start();
    sync(parts, 'linux', {
      jobs: [aJob(1, { name: 'unit tests' })],
      memory: { recent: [aRecent('gone-1', { message: 'it was evicted' })] },
    });
    const { body } = await parts.app.metrics.inject({ url: '/ui' });
    for (const text of [
      'ci/linux',
      'organization acme',
      'unit tests',
      'repository 17',
      'gone-1',
      'it was evicted',
      'replica-1',
      'Not live: reload the page for newer numbers.',
      'Queue: 1 job waits',
    ]) {
      expect(body).toContain(text);
    }
  });

  it('conditions in words', async () => {
    const parts = await start();
    sync(parts, 'linux', { forgejo: unavailable() });
    const { body } = await parts.app.metrics.inject({ url: '/ui' });
    expect(body).toContain('ForgejoReachable is False: ForgejoServerError');
    expect(body).toContain('Queue: not read');
  });

  it('a pool that was not synced for long as stale, and not as ready', async () => {
    const parts = await start();
    sync(parts, 'linux');
    const fresh = (await parts.app.metrics.inject({ url: '/ui' })).body;
    expect(fresh).toContain('<dt>Pools not ready or stale</dt><dd>0</dd>');
    parts.clock.at += 600_000;
    const { body } = await parts.app.metrics.inject({ url: '/ui' });
    expect(body).toContain('Stale: not synced by this replica for 10 minutes');
    expect(body).toContain('<dt>Pools not ready or stale</dt><dd>1</dd>');
  });

  it('a thousand pools, and how many more there are', async () => {
    const parts = await start();
    for (let index = 0; index < MOST_POOLS + 2; index += 1) sync(parts, `pool-${index}`);
    const { body } = await parts.app.metrics.inject({ url: '/ui' });
    expect(body.match(/<article/g)).toHaveLength(MOST_POOLS);
    expect(body).toContain('2 more pools');
  });
});

describe('of many pools', () => {
  function addressesOf(body: string): readonly (string | undefined)[] {
    return [...body.matchAll(/<a href="([^"]*)"/g)].map(([, address]) => address);
  }

  it.each([
    { pools: 4, rows: 20, open: true, because: 'there is room for all' },
    { pools: 5, rows: 20, open: false, because: 'a reader opens what is wanted' },
    { pools: 51, rows: 5, open: false, because: 'the page grows' },
    { pools: 201, rows: 0, open: false, because: 'a namespace can be chosen' },
  ])('$pools show $rows rows of each table, open: $open, for $because', async ({ pools, rows, open }) => {
    const parts = await start();
    const jobs = Array.from({ length: 30 }, (_, id) => aJob(id));
    for (let index = 0; index < pools; index += 1) sync(parts, `pool-${index}`, { jobs });
    const { body } = await parts.app.metrics.inject({ url: '/ui' });
    const article = /<article[\s\S]*?<\/article>/.exec(body)?.[0] ?? '';
    const queue = /<details data-part="queue"[\s\S]*?<\/details>/.exec(article)?.[0] ?? '';
    expect(queue.match(/<th role="rowheader"/g)?.length ?? 0).toBe(rows);
    expect(queue.includes('<details data-part="queue" open>')).toBe(open);
    expect(body.includes('choose a namespace')).toBe(rows === 0);
  });

  it('those of one namespace can be chosen, and its stream is for them alone', async () => {
    const parts = await start();
    sync(parts, 'a', { pool: { namespace: 'one' } });
    sync(parts, 'b', { pool: { namespace: 'two' } });
    const all = (await parts.app.metrics.inject({ url: '/ui' })).body;
    expect(addressesOf(all)).toEqual(['ui?namespace=one', 'ui?namespace=two']);
    const { body } = await parts.app.metrics.inject({ url: '/ui?namespace=two' });
    expect(body).toContain('data-events="ui/events?namespace=two"');
    expect(body.match(/data-pool="[^"]*"/g)).toEqual(['data-pool="two/b"']);
    expect(addressesOf(body)).toEqual(['ui', 'ui?namespace=one', 'ui?namespace=two']);
  });

  it.each(['<script>alert(1)</script>', '" onload="alert(1)', 'two&namespace=one'])('a namespace %s is none', async (namespace) => {
    const parts = await start();
    sync(parts, 'a', { pool: { namespace: 'two' } });
    const { statusCode, body } = await parts.app.metrics.inject({ url: `/ui?namespace=${encodeURIComponent(namespace)}` });
    expect(statusCode).toBe(200);
    expect(body).toContain('has not been called for a pool of this namespace');
    expect(body.match(/<script/g)).toHaveLength(1);
    expect(body).not.toMatch(/\son\w+="/);
  });
});

describe('what strangers wrote', () => {
  const HOSTILE = '</script><img src=x onerror="alert(1)">\' & \u202Eevil';
  const ESCAPED = '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39; &amp; \u202Eevil';

  it('is shown as it was written, and does nothing', async () => {
    const parts = await start();
    sync(parts, HOSTILE, {
      pool: { namespace: HOSTILE },
      jobs: [aJob(1, { name: HOSTILE })],
      memory: { recent: [aRecent(HOSTILE, { job: HOSTILE, reason: HOSTILE, message: HOSTILE })] },
    });
    const { body } = await parts.app.metrics.inject({ url: '/ui' });
    expect(body.split(ESCAPED).length).toBeGreaterThan(8);
    expect(body).not.toContain('<img');
    expect(body.match(/<\/script>/g)).toHaveLength(1);
  });

  it('can not turn the text around it: each name is isolated', async () => {
    const parts = await start();
    sync(parts, 'a', { jobs: [aJob(1, { name: '\u202Eevil' })] });
    expect((await parts.app.metrics.inject({ url: '/ui' })).body).toContain('<bdi>\u202Eevil</bdi>');
  });
});

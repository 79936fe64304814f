import { EventEmitter } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Changes, MOST_AT_ONCE } from '../../src/ui/changes.ts';
import { createEventStream, MOST_STREAMS } from '../../src/ui/event-stream.ts';
import { aJob, aPool } from '../pool/support/builders.ts';
import { eventually } from '../service/http.ts';
import { startUi, sync, type UiService } from './support/service.ts';

let stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

async function start(): Promise<UiService & { readonly url: string }> {
  const service = await startUi();
  stops.push(() => service.app.stop());
  const { metrics } = await service.app.listen();
  return { ...service, url: metrics };
}

interface Stream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: () => string;
  readonly ended: () => boolean;
  readonly close: () => void;
}

function open(url: string, path = '/ui/events', headers: Readonly<Record<string, string>> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = get(new URL(path, url), { headers, agent: false }, (response) => {
      let text = '';
      let ended = false;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        ended = true;
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        ended: () => ended,
        close: () => void request.destroy(),
      });
    });
    request.on('error', reject);
  });
}

/** The events that have come so far. */
function events(stream: Stream): readonly Changes[] {
  return [...stream.text().matchAll(/^id: \S+\ndata: (.*)\n\n/gm)].map(([, data = '']) => JSON.parse(data));
}

describe('an open page', () => {
  it('is told of all pools at first, then of what changes', async () => {
    const parts = await start();
    sync(parts, 'a');
    sync(parts, 'b');
    parts.clock.at += 1000;
    const stream = await open(parts.url);
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    expect(stream.headers['content-security-policy']).toContain("default-src 'none'");
    await eventually(async () => expect(events(stream)).toHaveLength(1));
    expect(events(stream)[0]).toMatchObject({ now: parts.clock.at, keys: ['ci/a', 'ci/b'], pools: [{ key: 'ci/a' }, { key: 'ci/b' }] });

    parts.clock.at += 1000;
    sync(parts, 'b', { jobs: [aJob(1, { name: '<b>new\nline' })] });
    await eventually(async () => expect(events(stream)).toHaveLength(2));
    const [, second] = events(stream);
    expect(second?.keys).toBeUndefined();
    expect(second?.pools.map(({ key }) => key)).toEqual(['ci/b']);
    expect(second?.pools[0]?.html).toContain('&lt;b&gt;new\nline');
    expect(second?.synced).toEqual([['ci/b', new Date(parts.clock.at).toISOString()]]);
    stream.close();
  });

  it('is told of a few pools at a time, until it knows all', async () => {
    const parts = await start();
    const names = Array.from({ length: 2 * MOST_AT_ONCE + 50 }, (_, index) => `pool-${index}`);
    for (const name of names) sync(parts, name);
    const stream = await open(parts.url);
    await eventually(async () => expect(events(stream)).toHaveLength(3));
    expect(events(stream).map(({ pools }) => pools.length)).toEqual([MOST_AT_ONCE, MOST_AT_ONCE, 50]);
    expect(events(stream).map(({ keys }) => keys?.length)).toEqual([names.length, names.length, names.length]);
    expect(new Set(events(stream).flatMap(({ pools }) => pools.map(({ key }) => key))).size).toBe(names.length);
    stream.close();
  });

  it('of one namespace is told of that alone', async () => {
    const parts = await start();
    sync(parts, 'a', { pool: { namespace: 'one' } });
    sync(parts, 'b', { pool: { namespace: 'two' } });
    const stream = await open(parts.url, '/ui/events?namespace=two');
    await eventually(async () => expect(events(stream)).toHaveLength(1));
    expect(events(stream)[0]?.keys).toEqual(['two/b']);
    stream.close();
  });

  it('is told that a pool has gone', async () => {
    const parts = await start();
    sync(parts, 'a');
    sync(parts, 'b');
    const stream = await open(parts.url);
    await eventually(async () => expect(events(stream)).toHaveLength(1));
    parts.board.observer.ended(aPool({ name: 'a', uid: 'uid-of-a' }));
    await eventually(async () => expect(events(stream)[1]).toMatchObject({ keys: ['ci/b'], pools: [] }));
    stream.close();
  });

  it('hears every five seconds that all is as it was, and when it was last seen', async () => {
    const parts = await start();
    sync(parts, 'a');
    const stream = await open(parts.url);
    await eventually(async () => expect(events(stream)).toHaveLength(1));
    parts.clock.at += 4900;
    sync(parts, 'a');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events(stream)).toHaveLength(1);
    parts.clock.at += 100;
    await eventually(async () => expect(events(stream)).toHaveLength(2));
    expect(events(stream)[1]).toEqual({ now: parts.clock.at, pools: [], synced: [['ci/a', new Date(parts.clock.at - 100).toISOString()]] });
    stream.close();
  });

  it.each([
    { how: 'in its address', request: (id: string) => [`/ui/events?since=${id}`, {}] as const },
    {
      how: 'in the header of a browser that comes back',
      request: (id: string) => ['/ui/events?since=old', { 'last-event-id': id }] as const,
    },
  ])('that says where it stands, $how, is told only what it does not know', async ({ request }) => {
    const parts = await start();
    sync(parts, 'a');
    sync(parts, 'b');
    const page = (await parts.app.metrics.inject({ url: '/ui' })).body;
    const position = /data-since="([^"]+)"/.exec(page)?.[1] ?? '';
    sync(parts, 'b', { jobs: [aJob(1)] });
    const stream = await open(parts.url, ...request(position));
    await eventually(async () => expect(events(stream)).toHaveLength(1));
    expect(events(stream)[0]?.pools.map(({ key }) => key)).toEqual(['ci/b']);
    expect(events(stream)[0]?.keys).toBeUndefined();
    stream.close();
  });

  it('does not keep the service from stopping: its stream is ended', async () => {
    const parts = await start();
    const stream = await open(parts.url);
    await parts.app.stop();
    await eventually(async () => expect(stream.ended()).toBe(true));
    stops = [];
  });
});

describe('streams are bounded', () => {
  it(`the one after ${MOST_STREAMS} is told to come later, and has room when another is closed`, async () => {
    const { url } = await start();
    const streams = await Promise.all(Array.from({ length: MOST_STREAMS }, () => open(url)));
    const late = await open(url);
    expect([late.status, late.headers['retry-after']]).toEqual([503, '10']);
    streams[0]?.close();
    await eventually(async () => {
      const next = await open(url);
      next.close();
      expect(next.status).toBe(200);
    });
    for (const stream of streams) stream.close();
  });

  it.each([
    { site: 'cross-site', status: 403 },
    { site: 'same-site', status: 403 },
    { site: 'same-origin', status: 200 },
  ])('a page from $site is answered $status', async ({ site, status }) => {
    const { url } = await start();
    const stream = await open(url, '/ui/events', { 'sec-fetch-site': site });
    expect(stream.status).toBe(status);
    stream.close();
  });

  it('a page from elsewhere is refused too where a browser tells only its origin: over plain HTTP', async () => {
    const { url } = await start();
    const stream = await open(url, '/ui/events', { origin: 'http://elsewhere.example.org' });
    expect(stream.status).toBe(403);
    stream.close();
  });

  it('a reader that takes nothing is sent nothing more, is told all it missed when it does, and is dropped after a while', async () => {
    const { board, clock } = await start();
    const parts = { board, clock };
    const written: string[] = [];
    let full = false;
    let destroyed = false;
    const response = Object.assign(new EventEmitter(), {
      write(text: string) {
        written.push(text);
        return !full;
      },
      destroy() {
        destroyed = true;
      },
      end() {},
    });
    const stream = createEventStream(board, 5);
    full = true;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a response the stream uses these methods alone
    stream.open(response as unknown as ServerResponse, { namespace: null, position: undefined });
    await eventually(async () => expect(written).toHaveLength(2));
    for (const name of ['a', 'b']) sync(parts, name);
    clock.at += 10_000;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(written).toHaveLength(2);

    response.emit('drain');
    await eventually(async () => expect(written).toHaveLength(3));
    expect(written[2]).toContain('"keys":["ci/a","ci/b"]');

    clock.at += 30_000;
    await eventually(async () => expect(destroyed).toBe(true));
    response.emit('close');
    stream.close();
  });
});

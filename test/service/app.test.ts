import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { AnswerError } from '../../src/hooks/answer.ts';
import { type HookReply, type Operator, refused } from '../../src/hooks/reply.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { eventually, makeCertificate, send } from './http.ts';

const ANSWER: HookReply = {
  status: 200,
  body: { status: { phase: 'x' }, children: [{ kind: 'Job', extra: { deep: [1, null] } }], resyncAfterSeconds: 2 },
};
const POST = { method: 'POST', url: '/sync', headers: { 'content-type': 'application/json' }, payload: '{}' } as const;

interface Options {
  readonly operator?: Partial<Operator>;
  readonly config?: Partial<Config>;
  readonly eventLoopDelayMs?: () => number;
}

let stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

async function start({ operator, config, eventLoopDelayMs }: Options = {}): Promise<App & { readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const app = await createApp({
    operator: {
      sync: async () => ANSWER,
      finalize: async () => ANSWER,
      customize: () => ({ status: 200, body: { relatedResources: [] } }),
      ...operator,
    },
    log: createLog('info', { write: (line) => void lines.push(line) }),
    metrics: createMetrics({ version: '1.2.3', node: 'v24' }),
    config: {
      ...loadConfig({}),
      host: '127.0.0.1',
      port: 0,
      metricsPort: 0,
      shutdownDelayMs: 0,
      shutdownGraceMs: 500,
      filePollMs: 20,
      ...config,
    },
    ...(eventLoopDelayMs !== undefined && { eventLoopDelayMs }),
  });
  stops.push(() => app.stop());
  return { ...app, lines };
}

/** A sync that runs until it is told to end. */
function blockedSync() {
  const { promise, resolve } = Promise.withResolvers<HookReply>();
  const started = Promise.withResolvers<void>();
  const sync = (): Promise<HookReply> => {
    started.resolve();
    return promise;
  };
  return { operator: { sync }, started: started.promise, end: () => resolve(ANSWER) };
}

describe('a hook call', () => {
  it('is answered with all that the operator says, field by field', async () => {
    const { hooks } = await start();
    const answer = await hooks.inject(POST);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(ANSWER.body);
  });

  it('goes to the hook of its path with the parsed body', async () => {
    const seen: unknown[] = [];
    const note = (name: string) => async (body: unknown) => {
      seen.push([name, body]);
      return ANSWER;
    };
    const { hooks } = await start({
      operator: {
        sync: note('sync'),
        finalize: note('finalize'),
        customize: (body) => {
          seen.push(['customize', body]);
          return ANSWER;
        },
      },
    });
    for (const url of ['/sync', '/finalize', '/customize']) await hooks.inject({ ...POST, url, payload: JSON.stringify({ url }) });
    expect(seen).toEqual([
      ['sync', { url: '/sync' }],
      ['finalize', { url: '/finalize' }],
      ['customize', { url: '/customize' }],
    ]);
  });

  it.each(['null', '7', '"7"', '[1,"1",null]', '{"a":{"b":[null,1.5,""]}}'])(
    'takes the JSON %s to the operator as it is',
    async (payload) => {
      const { hooks } = await start({ operator: { sync: async (body) => ({ status: 200, body: { error: JSON.stringify(body) } }) } });
      expect((await hooks.inject({ ...POST, payload })).json()).toEqual({ error: payload });
    },
  );

  it('as large as a pool of 1000 runners is taken', async () => {
    const { hooks } = await start({
      operator: { sync: async (body) => ({ status: 200, body: { error: String(JSON.stringify(body).length) } }) },
    });
    const payload = JSON.stringify({ weight: 'x'.repeat(12_000_000) });
    expect((await hooks.inject({ ...POST, payload })).json()).toEqual({ error: String(payload.length) });
  });

  it('with members called __proto__ and constructor is taken as it is: they are data like any other', async () => {
    const { hooks } = await start({ operator: { sync: async (body) => ({ status: 200, body: { error: JSON.stringify(body) } }) } });
    const payload = '{"a":{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}}';
    expect((await hooks.inject({ ...POST, payload })).json()).toEqual({ error: payload });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it.each([
    { reply: refused('children is missing'), status: 400, retryAfter: undefined, because: 'the operator refuses it' },
    { reply: { status: 429, retryAfterSeconds: 3, body: { error: 'x' } }, status: 429, retryAfter: '3', because: 'the operator is busy' },
    {
      reply: { status: 429, retryAfterSeconds: 0.2, body: { error: 'x' } },
      status: 429,
      retryAfter: '1',
      because: 'a fraction would be a hot loop',
    },
    { reply: { status: 429, retryAfterSeconds: 1.5, body: { error: 'x' } }, status: 429, retryAfter: '2', because: 'it must be whole' },
    {
      reply: { status: 429, body: { error: 'x' } },
      status: 429,
      retryAfter: '2',
      because: 'without one Metacontroller calls again at once',
    },
  ])('is answered $status with Retry-After $retryAfter: $because', async ({ reply, status, retryAfter }) => {
    const { hooks } = await start({ operator: { sync: async () => reply } });
    const answer = await hooks.inject(POST);
    expect([answer.statusCode, answer.headers['retry-after'], answer.json()]).toEqual([status, retryAfter, reply.body]);
  });

  it.each<{ sent: InjectOptions; status: number; error: string }>([
    { sent: { payload: '{"a":' }, status: 400, error: 'the body is not valid JSON' },
    { sent: { payload: '' }, status: 400, error: 'the body is empty, a JSON object was expected' },
    { sent: { headers: { 'content-type': 'text/yaml' } }, status: 415, error: 'the Content-Type must be application/json' },
    {
      sent: { headers: { 'content-type': 'application/json', 'content-length': '7' } },
      status: 400,
      error: 'the body does not have the length that its header says',
    },
    {
      sent: { headers: { 'content-type': 'application/json', 'content-length': '99999999' } },
      status: 413,
      error: 'the body is larger than 64 MiB',
    },
    { sent: { url: '/syncs' }, status: 404, error: 'no such route' },
    { sent: { method: 'GET' as const }, status: 404, error: 'no such route' },
  ])('that is $sent is refused: $error', async ({ sent, status, error }) => {
    const { hooks } = await start();
    const answer = await hooks.inject({ ...POST, ...sent });
    expect([answer.statusCode, answer.json()]).toEqual([status, { error }]);
  });

  it.each([
    { error: new Error('token s3cret'), because: 'anything may fail' },
    { error: new AnswerError('childMissing', 'Job/a'), because: 'our own answer was held back' },
    { error: 's3cret', because: 'anything can be thrown' },
  ])('that fails is answered 500 without a word about it, and logged once: $because', async ({ error }) => {
    const { hooks, lines } = await start({ operator: { sync: () => Promise.reject(error) } });
    const answer = await hooks.inject({ ...POST, payload: '{"data":"s3cret"}' });
    expect([answer.statusCode, answer.json()]).toEqual([500, { error: 'internal error, see the log of the operator' }]);
    expect(lines.filter((line) => line.includes('request failed'))).toHaveLength(1);
    expect(lines.join('')).not.toContain('s3cret');
  });

  it('names in the log the answer that was held back', async () => {
    const { hooks, lines } = await start({
      operator: {
        finalize: async () => {
          throw new AnswerError('childMissing', 'Job/a');
        },
      },
    });
    await hooks.inject({ ...POST, url: '/finalize' });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      level: 'error',
      route: '/finalize',
      err: { violation: 'childMissing', child: 'Job/a' },
    });
  });
});

describe('overload', () => {
  it('has further calls told to come again, and lets them in afterwards', async () => {
    const { operator, started, end } = blockedSync();
    const { hooks, metrics } = await start({ operator, config: { maxConcurrentHooks: 1 } });
    const first = hooks.inject(POST).then((answer) => answer.statusCode);
    await started;
    const second = await hooks.inject(POST);
    expect([second.statusCode, second.headers['retry-after'], second.json()]).toEqual([429, '2', { error: 'busy, call again' }]);
    expect((await metrics.inject('/metrics')).body).toContain('forgejo_runner_operator_hooks_shed_total{because="concurrency"} 1');
    end();
    expect(await first).toBe(200);
    await eventually(async () => expect((await hooks.inject(POST)).statusCode).toBe(200));
  });

  it('of the event loop has calls told to come again, but the probes are answered', async () => {
    const { hooks } = await start({ eventLoopDelayMs: () => 5000 });
    expect((await hooks.inject(POST)).statusCode).toBe(429);
    expect((await hooks.inject('/readyz')).statusCode).toBe(200);
  });
});

describe('a bearer token', () => {
  it.each(['/sync', '/finalize', '/customize'])('is needed for %s, before the body is read', async (url) => {
    const file = join(temporaryDirectory(), 'token');
    writeFileSync(file, 'right\n');
    const { hooks } = await start({ config: { bearerTokenFiles: [file] } });
    const wrong = await hooks.inject({ ...POST, url, payload: 'no json', headers: { ...POST.headers, authorization: 'Bearer wrong' } });
    expect([wrong.statusCode, wrong.json()]).toEqual([401, { error: 'unauthorized' }]);
    const right = await hooks.inject({ ...POST, url, headers: { ...POST.headers, authorization: 'Bearer right' } });
    expect(right.statusCode).toBe(200);
  });

  it('is not needed for the probes', async () => {
    const file = join(temporaryDirectory(), 'token');
    writeFileSync(file, 'right');
    const { hooks } = await start({ config: { bearerTokenFiles: [file] } });
    expect((await hooks.inject('/healthz')).statusCode).toBe(200);
  });

  it.each([
    { content: '\n', because: 'it is empty' },
    { content: null, because: 'it does not exist' },
  ])('whose file is unusable stops the start: $because', async ({ content }) => {
    const file = join(temporaryDirectory(), 'token');
    if (content !== null) writeFileSync(file, content);
    await expect(start({ config: { bearerTokenFiles: [file] } })).rejects.toThrow(content === null ? 'ENOENT' : 'no token');
  });

  it('is rotated while the service runs, over TLS whose certificate is rotated too', async () => {
    const directory = temporaryDirectory();
    const tokenFile = join(directory, 'token');
    const pair = { certFile: join(directory, 'tls.crt'), keyFile: join(directory, 'tls.key') };
    const [before, after] = [makeCertificate(directory, 'before'), makeCertificate(directory, 'after')];
    const ca = `${readFileSync(before.certFile, 'utf8')}${readFileSync(after.certFile, 'utf8')}`;
    writeFileSync(tokenFile, 'old');
    copyFileSync(before.certFile, pair.certFile);
    copyFileSync(before.keyFile, pair.keyFile);
    const app = await start({ config: { bearerTokenFiles: [tokenFile], tls: pair } });
    const { hooks } = await app.listen();
    const call = (token: string) => send(hooks, { headers: { authorization: `Bearer ${token}` }, body: '{}', ca });
    expect(await call('old')).toMatchObject({ status: 200, certificate: 'before' });
    expect(await call('new')).toMatchObject({ status: 401 });

    writeFileSync(tokenFile, 'old\nnew\n');
    await eventually(async () => expect(await call('new')).toMatchObject({ status: 200 }));
    expect(await call('old')).toMatchObject({ status: 200 });
    writeFileSync(tokenFile, 'new\n');
    await eventually(async () => expect(await call('old')).toMatchObject({ status: 401 }));
    writeFileSync(tokenFile, '\n');
    copyFileSync(after.certFile, pair.certFile);
    await eventually(async () => expect(app.lines.filter((line) => line.includes('are not usable')).length).toBeGreaterThanOrEqual(2));
    expect(await call('new'), 'half a pair and no token change nothing').toMatchObject({ status: 200, certificate: 'before' });

    copyFileSync(after.keyFile, pair.keyFile);
    await eventually(async () => expect(await call('new')).toMatchObject({ status: 200, certificate: 'after' }));
    expect(app.lines.join('')).not.toMatch(/PRIVATE KEY|Bearer|"new"/);
  });
});

describe('the end', () => {
  it('begins with not being ready, answers what comes in meanwhile, and waits for calls under way', async () => {
    const { operator, started, end } = blockedSync();
    const app = await start({ operator, config: { shutdownDelayMs: 300, shutdownGraceMs: 5000 } });
    const { hooks } = await app.listen();
    const underWay = send(hooks, { body: '{}' });
    await started;
    const stopped = app.stop();
    expect(await send(hooks, { method: 'GET', path: '/readyz' })).toMatchObject({ status: 503, body: '{"status":"stopping"}' });
    expect(await send(hooks, { path: '/customize', body: '{}' })).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await new Promise((resolve) => setTimeout(resolve, 400));
    end();
    expect(await underWay).toMatchObject({ status: 200 });
    await stopped;
    await expect(send(hooks, { method: 'GET', path: '/readyz' })).rejects.toThrow('ECONNREFUSED');
  });

  it('does not wait for longer than the grace', async () => {
    const { operator, started } = blockedSync();
    const app = await start({ operator, config: { shutdownGraceMs: 100 } });
    const { hooks } = await app.listen();
    const underWay = send(hooks, { body: '{}' });
    const broken = underWay.catch((error: unknown) => error);
    await started;
    await app.stop();
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('the server', () => {
  it('keeps idle connections for longer than Metacontroller does', async () => {
    const { hooks } = await start();
    expect(hooks.server.keepAliveTimeout).toBeGreaterThan(90_000);
    expect(hooks.server.requestTimeout).toBe(30_000);
  });

  it('shows metrics on their own port and nowhere else', async () => {
    const app = await start();
    const addresses = await app.listen();
    await send(addresses.hooks, { body: '{"a":1}' });
    await eventually(async () => {
      const { body } = await send(addresses.metrics, { method: 'GET', path: '/metrics' });
      expect(body).toContain('forgejo_runner_operator_http_requests_total{route="/sync",status="200"} 1');
      expect(body).toContain('forgejo_runner_operator_http_request_size_bytes_sum{route="/sync"} 7');
      expect(body).toContain('forgejo_runner_operator_build_info{version="1.2.3",node="v24"} 1');
      expect(body).toContain('process_cpu_user_seconds_total');
    });
    expect(await send(addresses.hooks, { method: 'GET', path: '/metrics' })).toMatchObject({ status: 404 });
    expect(await send(addresses.metrics, { body: '{}' })).toMatchObject({ status: 404 });
  });

  it('says that it is alive and ready', async () => {
    const { hooks } = await start();
    expect((await hooks.inject('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await hooks.inject('/readyz')).json()).toEqual({ status: 'ready' });
  });
});

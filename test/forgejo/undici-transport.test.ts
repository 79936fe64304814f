import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAddressPolicy } from '../../src/forgejo/address-policy.ts';
import { type HttpRequest, TransportError } from '../../src/forgejo/transport.ts';
import { createUndiciTransport, MAX_BODY_BYTES, type UndiciTransportOptions } from '../../src/forgejo/undici-transport.ts';
import { lookupOf } from './support/lookup.ts';

const PEM = readFileSync(new URL('../fixtures/tls/localhost.pem', import.meta.url), 'utf8');
const KEY = readFileSync(new URL('../fixtures/tls/localhost.key', import.meta.url), 'utf8');

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}

async function http(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(handler))}`;
}

function transportWith(options: Partial<UndiciTransportOptions> = {}) {
  const created = createUndiciTransport({
    addressPolicy: createAddressPolicy(['127.0.0.1', 'localhost']),
    userAgent: 'test/1',
    ...options,
  });
  cleanups.push(created.close);
  return created.transport;
}

function get(url: string, changes: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, headers: {}, timeoutMs: 5_000, ...changes };
}

async function refusal(sending: Promise<unknown>): Promise<unknown> {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TransportError);
  return error instanceof TransportError ? error.because : error;
}

describe('a request', () => {
  it('arrives with method, headers and body, and comes back with status, headers and text', async () => {
    const url = await http((request, response) => {
      request.setEncoding('utf8').on('data', (body) => {
        response.writeHead(201, { 'X-Total-Count': '1', 'set-cookie': ['a=1', 'b=2'] });
        response.end(
          JSON.stringify({
            method: request.method,
            agent: request.headers['user-agent'],
            auth: request.headers.authorization,
            body,
            path: request.url,
          }),
        );
      });
    });
    const response = await transportWith()({
      ...get(`${url}/api?x=1`),
      method: 'POST',
      headers: { authorization: 'token abc' },
      body: 'ä',
    });
    expect(response).toMatchObject({ status: 201, headers: { 'x-total-count': '1', 'set-cookie': 'a=1, b=2' } });
    expect(JSON.parse(response.body)).toEqual({ method: 'POST', agent: 'test/1', auth: 'token abc', body: 'ä', path: '/api?x=1' });
  });

  it('waits for the answer behind an early hint', async () => {
    const url = await http((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.end('late'));
    });
    expect(await transportWith()(get(url))).toMatchObject({ status: 200, body: 'late' });
  });

  it.each([
    { because: 'it was answered', close: false },
    { because: 'its connection broke', close: true },
  ])('its timer holds nothing in memory once it is over: $because', async ({ close }) => {
    const [started, stopped] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
    cleanups.push(async () => void [started.mockRestore(), stopped.mockRestore()]);
    const url = await http((request, response) => (close ? request.socket.destroy() : response.end()));
    await transportWith()(get(url, { timeoutMs: 4_321 })).catch(() => {});
    const timers = started.mock.results.filter((_, index) => started.mock.calls[index]?.[1] === 4_321).map(({ value }) => value);
    expect(timers).toHaveLength(1);
    expect(stopped.mock.calls.map(([timer]) => timer)).toContain(timers[0]);
  });

  it('does not follow a redirect', async () => {
    const seen: string[] = [];
    const url = await http((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(301, { location: '/elsewhere' }).end('moved');
    });
    expect(await transportWith()(get(`${url}/old`))).toMatchObject({ status: 301, headers: { location: '/elsewhere' }, body: 'moved' });
    expect(seen).toEqual(['/old']);
  });

  it('does not go through the proxy of the environment', async () => {
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = 'http://127.0.0.1:9';
    cleanups.push(async () => {
      if (before === undefined) delete process.env.HTTP_PROXY;
      else process.env.HTTP_PROXY = before;
    });
    const url = await http((_, response) => response.end('direct'));
    expect(await transportWith()(get(url))).toMatchObject({ body: 'direct' });
  });
});

describe('no answer', () => {
  it('a server that accepts and says nothing is a time-out', async () => {
    const url = await http(() => {});
    expect(await refusal(transportWith()(get(url, { timeoutMs: 100 })))).toEqual({ kind: 'timeout' });
  });

  it('a body that never ends is a time-out as well', async () => {
    const url = await http((_, response) => void response.writeHead(200).write('{'));
    expect(await refusal(transportWith()(get(url, { timeoutMs: 200 })))).toEqual({ kind: 'timeout' });
  });

  it('what waited for a connection until its time was over is never sent', async () => {
    const paths: string[] = [];
    const held: ServerResponse[] = [];
    const connections = new Set<Socket>();
    const url = await http((request, response) => {
      paths.push(request.url ?? '');
      connections.add(request.socket);
      if (request.url === '/held') held.push(response);
      else response.end();
    });
    const transport = transportWith();
    const holding = Promise.all(Array.from({ length: 32 }, () => transport(get(`${url}/held`))));
    await vi.waitFor(() => expect(held).toHaveLength(32));
    const late = Array.from({ length: 64 }, () => refusal(transport(get(`${url}/late`, { method: 'POST', timeoutMs: 50 }))));
    for (const because of await Promise.all(late)) expect(because).toEqual({ kind: 'timeout' });
    const next = Array.from({ length: 32 }, () => transport(get(`${url}/next`)));
    for (const response of held) response.end();
    for (const answer of await Promise.all(next)) expect(answer).toMatchObject({ status: 200 });
    await holding;
    expect(paths.filter((path) => path !== '/held')).toEqual(Array.from({ length: 32 }, () => '/next'));
    expect(connections.size, 'those that are late end no connection that others wait for').toBe(32);
  });

  it('the connection of a request that was too late is closed: its answer could still come', async () => {
    const closed = vi.fn<() => void>();
    const url = await http((request) => void request.socket.once('close', closed));
    expect(await refusal(transportWith()(get(url, { timeoutMs: 50 })))).toEqual({ kind: 'timeout' });
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  it('a connection that breaks before the answer', async () => {
    const url = await http((request) => request.socket.destroy());
    expect(await refusal(transportWith()(get(url)))).toEqual({ kind: 'unreachable', code: 'UND_ERR_SOCKET' });
  });

  it('a connection that breaks within the body', async () => {
    const url = await http((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy());
    });
    expect(await refusal(transportWith()(get(url)))).toMatchObject({ kind: 'unreachable', code: expect.stringMatching(/^UND_ERR_/) });
  });

  it('a port where nobody listens', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await refusal(transportWith()(get(`http://127.0.0.1:${port}`)))).toEqual({ kind: 'unreachable', code: 'ECONNREFUSED' });
  });

  it('a name that nobody knows', async () => {
    const lookup = lookupOf(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
    const addressPolicy = createAddressPolicy([]);
    expect(await refusal(transportWith({ lookup, addressPolicy })(get('http://git.example.org')))).toEqual({
      kind: 'unreachable',
      code: 'ENOTFOUND',
    });
  });

  it('a body that is larger than anything Forgejo says', async () => {
    const url = await http((_, response) => response.end('x'.repeat(100_000)));
    const because = await refusal(transportWith({ maxBodyBytes: 10_000 })(get(url)));
    expect(because).toEqual({ kind: 'unreachable', code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
  });

  it('a body above the limit that holds when none is given', async () => {
    const url = await http((request, response) => response.end(Buffer.alloc(MAX_BODY_BYTES + (request.url === '/' ? 0 : 1), 'x')));
    expect((await transportWith()(get(url))).body).toHaveLength(8 * 1024 * 1024);
    expect(await refusal(transportWith()(get(`${url}/more`)))).toEqual({ kind: 'unreachable', code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
  });

  it('a header that can not be sent names no value', async () => {
    const url = await http((_, response) => response.end());
    const sending = transportWith()(get(url, { headers: { authorization: 'token secret\n' } }));
    expect(await refusal(sending)).toEqual({ kind: 'unreachable', code: 'UND_ERR_INVALID_ARG' });
    await expect(sending).rejects.not.toThrow(/secret/);
  });

  it('an error without a code', async () => {
    const lookup = lookupOf(new Error('odd'));
    expect(await refusal(transportWith({ lookup, addressPolicy: createAddressPolicy([]) })(get('http://git.example.org')))).toEqual({
      kind: 'unreachable',
      code: 'UNKNOWN',
    });
  });

  it('no URL at all', async () => {
    expect(await refusal(transportWith()(get('git example')))).toEqual({ kind: 'unreachable', code: 'ERR_INVALID_URL' });
  });
});

describe('the address policy at the socket', () => {
  it.each([
    'http://127.0.0.1:1/',
    'http://[::1]:1/',
    'http://[::ffff:127.0.0.1]:1/',
    'http://169.254.169.254/',
    'http://0x7f000001/',
    'ftp://git.example.org/',
  ])('refuses %s when no list names it', async (url) => {
    expect(await refusal(transportWith({ addressPolicy: createAddressPolicy([]) })(get(url)))).toMatchObject({ kind: 'addressRefused' });
  });

  it('refuses what is not on the list without looking it up', async () => {
    const lookup = lookupOf(new Error('must not be asked'));
    const addressPolicy = createAddressPolicy(['git.example.org']);
    expect(await refusal(transportWith({ lookup, addressPolicy })(get('http://evil.example.com/')))).toEqual({
      kind: 'addressRefused',
      host: 'evil.example.com',
    });
  });

  it('refuses a name that resolves to a reserved address', async () => {
    const lookup = lookupOf(['127.0.0.1', '::1', '169.254.169.254']);
    expect(await refusal(transportWith({ lookup, addressPolicy: createAddressPolicy([]) })(get('http://rebound.example.org/')))).toEqual({
      kind: 'addressRefused',
      host: 'rebound.example.org',
    });
  });

  it('judges an answer that is no list as well', async () => {
    const addressPolicy = createAddressPolicy([]);
    expect(await refusal(transportWith({ lookup: lookupOf('127.0.0.1'), addressPolicy })(get('http://git.example.org/')))).toMatchObject({
      kind: 'addressRefused',
    });
  });

  it('refuses it through a wildcard too, and allows it by name', async () => {
    const url = await http((_, response) => response.end('reached'));
    const named = url.replace('127.0.0.1', 'git.example.org');
    const lookup = lookupOf(['127.0.0.1']);
    expect(await refusal(transportWith({ lookup, addressPolicy: createAddressPolicy(['*.example.org']) })(get(named)))).toMatchObject({
      kind: 'addressRefused',
    });
    expect(await transportWith({ lookup, addressPolicy: createAddressPolicy(['git.example.org']) })(get(named))).toMatchObject({
      body: 'reached',
    });
  });

  it('tries only the open addresses of a name', async () => {
    let reached = false;
    const url = await http((_, response) => {
      reached = true;
      response.end();
    });
    const lookup = lookupOf(['127.0.0.1', '192.0.2.1']);
    const sending = transportWith({ lookup, addressPolicy: createAddressPolicy([]) })(
      get(url.replace('127.0.0.1', 'git.example.org'), { timeoutMs: 300 }),
    );
    expect(await refusal(sending)).toMatchObject({ kind: expect.stringMatching(/timeout|unreachable/) });
    expect(reached).toBe(false);
  });
});

describe('TLS', () => {
  async function https(): Promise<string> {
    const port = await listen(createTlsServer({ key: KEY, cert: PEM }, (_, response) => response.end('secure')));
    return `https://localhost:${port}`;
  }

  it('a server is trusted by its own CA, and by no other', async () => {
    const url = await https();
    const transport = transportWith({ lookup: lookupOf(['127.0.0.1']) });
    expect(await transport(get(url, { ca: PEM }))).toMatchObject({ body: 'secure' });
    expect(await refusal(transport(get(url)))).toMatchObject({ kind: 'unreachable', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('many CA bundles do not keep many agents', async () => {
    const open = new Set<Socket>();
    const url = await http((request, response) => {
      open.add(request.socket);
      request.socket.once('close', () => open.delete(request.socket));
      response.setHeader('keep-alive', 'timeout=60').end('ok');
    });
    const transport = transportWith();
    for (let bundle = 0; bundle < 70; bundle += 1)
      expect(await transport(get(url, { ca: `${PEM}\n# ${bundle}` }))).toMatchObject({ body: 'ok' });
    expect(await transport(get(url, { ca: `${PEM}\n# 0` }))).toMatchObject({ body: 'ok' });
    await vi.waitFor(() => expect(open.size).toBe(64));
  });
});

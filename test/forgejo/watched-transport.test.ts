import { expect, it } from 'vitest';
import { createVirtualClock } from '../../src/dev/cluster/virtual-clock.ts';
import { type HttpRequest, TransportError } from '../../src/forgejo/transport.ts';
import { type EndedRequest, watchTransport } from '../../src/forgejo/watched-transport.ts';

const REQUEST: HttpRequest = {
  method: 'GET',
  url: 'https://git.example.org/api/v1/orgs/acme/actions/runners/jobs',
  headers: { authorization: 'token s3cret' },
  timeoutMs: 4_000,
};

/** What is told of one request that ends so, 250 ms later. */
async function toldOf(end: { readonly status: number } | Error): Promise<readonly EndedRequest[]> {
  const clock = createVirtualClock(0);
  const told: EndedRequest[] = [];
  const transport = watchTransport(
    async () => {
      await clock.sleep(250);
      if (end instanceof Error) throw end;
      return { status: end.status, headers: {}, body: 's3cret' };
    },
    clock,
    [(request) => void told.push(request)],
  );
  const ended = transport(REQUEST).then(
    ({ body }) => expect(body).toBe('s3cret'),
    (error: unknown) => expect(error).toBe(end),
  );
  await clock.advance(250);
  await ended;
  return told;
}

it.each([
  { end: { status: 200 }, status: '200' },
  { end: { status: 401 }, status: '401' },
  { end: { status: 999 }, status: 'invalid' },
  { end: new TransportError({ kind: 'timeout' }), status: 'timeout' },
  { end: new TransportError({ kind: 'addressRefused', host: 'git.example.org' }), status: 'address-refused' },
  { end: new TransportError({ kind: 'unreachable', code: 'ECONNREFUSED' }), status: 'refused' },
  { end: new TransportError({ kind: 'unreachable', code: 'UND_ERR_SOCKET' }), status: 'reset' },
  { end: new TransportError({ kind: 'unreachable', code: 'ENOTFOUND' }), status: 'dns' },
  { end: new TransportError({ kind: 'unreachable', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), status: 'tls' },
  { end: new TransportError({ kind: 'unreachable', code: 'ERR_INVALID_URL' }), status: 'unreachable' },
  { end: new Error('a bug'), status: 'error' },
])('a request that ends with $end is told as $status, with question and time, and nothing else', async ({ end, status }) => {
  expect(await toldOf(end)).toEqual([{ endpoint: 'list-jobs', method: 'GET', status, ms: 250 }]);
});

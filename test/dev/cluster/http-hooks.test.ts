import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { httpHooks } from '../../../src/dev/cluster/http-hooks.ts';

test('a hook call is a POST with the bearer token, and gives back status, headers and body', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (body) => seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`));
    request.on('end', () => response.writeHead(429, { 'Retry-After': '3' }).end('later'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await httpHooks(`http://127.0.0.1:${port}`, 'bearer')('sync', { finalizing: false }, new AbortController().signal);
    expect(seen).toEqual(['POST /sync Bearer bearer {"finalizing":false}']);
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '3' }, body: 'later' });
  } finally {
    server.close();
  }
});

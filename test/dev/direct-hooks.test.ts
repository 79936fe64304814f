import { expect, test } from 'vitest';
import { directHooks } from '../../src/dev/direct-hooks.ts';
import type { HookReply, Operator } from '../../src/hooks/reply.ts';

const signal = new AbortController().signal;

function operator(sync: (body: unknown) => HookReply): Operator {
  const customize = (): HookReply => ({ status: 200, body: { relatedResources: [] } });
  return {
    sync: async (body) => sync(body),
    finalize: async () => ({ status: 429, retryAfterSeconds: 3, body: { error: 'busy' } }),
    customize,
  };
}

test('an operator that changes what it was sent fails', async () => {
  const hooks = directHooks(
    operator((body) => {
      (body as { parent: { name: string } }).parent.name = 'changed';
      return { status: 200, body: { error: '' } };
    }),
  );
  await expect(hooks('sync', { parent: { name: 'pool' } }, signal)).rejects.toThrow(TypeError);
});

test('what the operator keeps of its answer is not shared', async () => {
  const body = { error: 'x' };
  const response = await directHooks(operator(() => ({ status: 200, body })))('sync', {}, signal);
  expect(response).toEqual({ status: 200, headers: {}, json: { error: 'x' } });
  expect('json' in response && response.json).not.toBe(body);
});

test('Retry-After is a header, as over HTTP', async () => {
  const response = await directHooks(operator(() => ({ status: 200, body: { error: '' } })))('finalize', {}, signal);
  expect(response).toEqual({ status: 429, headers: { 'retry-after': '3' }, json: { error: 'busy' } });
});

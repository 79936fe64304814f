import { expect, test } from 'vitest';
import { createSpecCache } from '../../src/hooks/spec-cache.ts';

const { check: checked } = createSpecCache();
const pool = { namespace: 'ci', name: 'pool', uid: 'uid-of-checked-spec', generation: 1, createdAt: 0, deletionAt: null };
const spec = (maxRunners: number): object => ({
  forgejo: { url: 'https://forgejo.example.org', scope: { organization: 'acme' }, tokenSecretRef: { name: 'token' } },
  labels: ['docker'],
  maxRunners,
  runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
});

test('the same text is the same value, whichever body it came in', () => {
  const first = checked({ pool, rawSpec: spec(3) });
  expect(first).toMatchObject({ ok: true, spec: { maxRunners: 3 } });
  expect(checked({ pool, rawSpec: spec(3) })).toBe(first);
});

test('another text is checked anew, and a broken one is not taken for the last good one', () => {
  checked({ pool, rawSpec: spec(3) });
  expect(checked({ pool, rawSpec: spec(4) })).toMatchObject({ ok: true, spec: { maxRunners: 4 } });
  expect(checked({ pool, rawSpec: spec(-1) })).toMatchObject({ ok: false });
  expect(checked({ pool, rawSpec: spec(3) })).toMatchObject({ ok: true, spec: { maxRunners: 3 } });
});

test('two pools of one text have values of their own', () => {
  const other = { ...pool, uid: 'another-uid' };
  expect(checked({ pool: other, rawSpec: spec(3) })).toEqual(checked({ pool, rawSpec: spec(3) }));
  expect(checked({ pool: other, rawSpec: spec(3) })).not.toBe(checked({ pool, rawSpec: spec(3) }));
});

test('a pool without a spec is refused', () => {
  expect(checked({ pool, rawSpec: {} })).toMatchObject({ ok: false });
});

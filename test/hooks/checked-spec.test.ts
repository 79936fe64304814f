import { expect, test } from 'vitest';
import { checkedSpec } from '../../src/hooks/checked-spec.ts';
import { deepFreeze } from '../../src/hooks/deep-freeze.ts';

const pool = { namespace: 'ci', name: 'pool', uid: 'uid-of-checked-spec', generation: 1, createdAt: 0, deletionAt: null };
const spec = (maxRunners: number): object => ({
  forgejo: { url: 'https://forgejo.example.org', scope: { organization: 'acme' }, tokenSecretRef: { name: 'token' } },
  labels: ['docker'],
  maxRunners,
  runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
});

test('the same text is the same value, whichever body it came in', () => {
  const first = checkedSpec({ pool, rawSpec: spec(3) });
  expect(first).toMatchObject({ ok: true, spec: { maxRunners: 3 } });
  expect(checkedSpec({ pool, rawSpec: spec(3) })).toBe(first);
});

test('another text is checked anew, and a broken one is not taken for the last good one', () => {
  checkedSpec({ pool, rawSpec: spec(3) });
  expect(checkedSpec({ pool, rawSpec: spec(4) })).toMatchObject({ ok: true, spec: { maxRunners: 4 } });
  expect(checkedSpec({ pool, rawSpec: spec(-1) })).toMatchObject({ ok: false });
  expect(checkedSpec({ pool, rawSpec: spec(3) })).toMatchObject({ ok: true, spec: { maxRunners: 3 } });
});

test('a frozen spec is known by itself', () => {
  const rawSpec = deepFreeze(spec(5));
  expect(checkedSpec({ pool, rawSpec })).toBe(checkedSpec({ pool, rawSpec }));
});

test('two pools of one text have values of their own', () => {
  const other = { ...pool, uid: 'another-uid' };
  expect(checkedSpec({ pool: other, rawSpec: spec(3) })).toEqual(checkedSpec({ pool, rawSpec: spec(3) }));
  expect(checkedSpec({ pool: other, rawSpec: spec(3) })).not.toBe(checkedSpec({ pool, rawSpec: spec(3) }));
});

test('a pool without a spec is refused', () => {
  expect(checkedSpec({ pool, rawSpec: {} })).toMatchObject({ ok: false });
});

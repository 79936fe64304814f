/** Values where they don't belong, and JSON with some of it replaced. */
import fc from 'fast-check';
import { INPUT_CANARY } from './canaries.ts';

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** `levels` lists in each other. */
export function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

/** Times that a pattern lets through, and times that nothing should. */
export const ODD_TIMES = [
  '2026-02-31T00:00:00Z',
  '0000-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59-23:59',
  '9999-12-31T23:59:59.999999999Z',
  '1970-01-01T00:00:00Z',
  '2026-11-25T00:00:00.5+01:00',
  '2026-11-25',
  'yesterday',
  '+275760-09-13T00:00:00Z',
] as const;

export const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 0.5, 1e308, 2 ** 53, -(2 ** 63), '', ' ', '-', '0', '-1', [], {}, [null], [[]], {
    '': null,
  }),
  fc.constantFrom(
    INPUT_CANARY,
    '__proto__',
    'constructor',
    'toString',
    'a/b',
    '../..',
    'Deployment/x',
    '\u0000',
    '\ud800',
    'é'.repeat(300),
  ),
  fc.constantFrom(...ODD_TIMES),
  fc.constantFrom(9, 90, 150).map(nested),
  fc.constantFrom(3, 2000).map((length) => Array.from({ length }, () => ({ name: INPUT_CANARY }))),
  fc.constant('x'.repeat(20_000)),
  fc.json({ maxDepth: 3 }).map((text): unknown => JSON.parse(text)),
);

/** One change to a JSON value; `at` picks the place among all that match, `from` the place of which a copy is taken. */
export interface Mutation {
  readonly at: number;
  readonly within: string;
  readonly change:
    | { readonly kind: 'remove' }
    | { readonly kind: 'replace'; readonly value: unknown }
    | { readonly kind: 'copy'; readonly from: number }
    | { readonly kind: 'rename'; readonly key: string };
}

export function mutationOf(areas: readonly string[]): fc.Arbitrary<Mutation> {
  return fc.record({
    at: fc.nat(100_000),
    within: fc.constantFrom(...areas),
    change: fc.oneof(
      { weight: 2, arbitrary: fc.constant({ kind: 'remove' as const }) },
      { weight: 4, arbitrary: nonsense.map((value) => ({ kind: 'replace' as const, value })) },
      { weight: 1, arbitrary: fc.nat(100_000).map((from) => ({ kind: 'copy' as const, from })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('name', 'x', '', 'a/b', '__proto__', 'toString').map((key) => ({ kind: 'rename' as const, key })),
      },
    ),
  });
}

const ROOT = 'root';

interface Place {
  readonly path: string;
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/**
 * A copy with the changes made, one after the other; a place is looked for below the paths that contain `within`. Related objects
 * are not copied elsewhere: the API token stands there, and what stands in a child is answered.
 */
export function mutated(value: unknown, mutations: readonly Mutation[]): unknown {
  const root: Record<string, unknown> = { [ROOT]: structuredClone(value) };
  for (const { at, within, change } of mutations) {
    const places = placesIn(root);
    const matching = places.filter(({ path }) => path.includes(within));
    const place = matching[at % Math.max(1, matching.length)];
    if (place !== undefined) apply(place, change, places);
  }
  return root[ROOT] ?? null;
}

function apply({ holder, key }: Place, change: Mutation['change'], places: readonly Place[]): void {
  switch (change.kind) {
    case 'remove':
      delete holder[key];
      return;
    case 'replace':
      // A later change must not reach the value that other cases are drawn from.
      put(holder, key, structuredClone(change.value));
      return;
    case 'copy': {
      const sources = places.filter(({ path }) => path !== `/${ROOT}` && !path.includes('/related'));
      const source = sources[change.from % Math.max(1, sources.length)];
      put(holder, key, structuredClone(source?.holder[source.key]));
      return;
    }
    case 'rename': {
      const moved = holder[key];
      delete holder[key];
      put(holder, change.key, moved);
    }
  }
}

/** By definition, not by assignment: `__proto__` is a key like any other in JSON. */
function put(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(root: Record<string, unknown>): readonly Place[] {
  const places: Place[] = [];
  const open: { readonly value: unknown; readonly path: string }[] = [{ value: root, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    const holder: Record<string, unknown> = Object.assign(value);
    for (const [key, child] of Object.entries(value)) {
      const at = `${path}/${key}`;
      places.push({ path: at, holder, key });
      open.push({ value: child, path: at });
    }
  }
  return places;
}

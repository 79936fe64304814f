import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { echo } from '../../src/children/echo.ts';

type Child = Record<string, unknown> & { readonly metadata: Record<string, unknown> & { readonly annotations?: Record<string, string> } };

const LAST_APPLIED = 'metacontroller.k8s.io/last-applied-configuration';
const recordings = new URL('../fixtures/recordings/kubernetes/', import.meta.url);

/** Every child of every recorded request, with where it was found. */
function recordedChildren(): readonly { readonly at: string; readonly child: Child }[] {
  return readdirSync(recordings)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { children = {} }: { children?: Record<string, Record<string, Child>> } = JSON.parse(
        readFileSync(new URL(file, recordings), 'utf8'),
      );
      return Object.values(children).flatMap((kind) => Object.entries(kind).map(([name, child]) => ({ at: `${file} ${name}`, child })));
    });
}

describe('the echo of an observed child', () => {
  const recorded = recordedChildren();

  it('is tested on recorded ones of every kind', () => {
    expect(new Set(recorded.map(({ child }) => child.kind))).toEqual(new Set(['Job', 'Secret', 'ConfigMap', 'Deployment']));
  });

  it('holds nothing that the server adds', () => {
    const allowed = new Set(['name', 'namespace', 'labels', 'annotations']);
    for (const { at, child } of recorded) {
      const { metadata, ...rest } = echo(child);
      expect(rest, at).not.toHaveProperty('status');
      expect(
        Object.keys(Object(metadata)).filter((key) => !allowed.has(key)),
        at,
      ).toEqual([]);
      expect(JSON.stringify(metadata), at).not.toContain(LAST_APPLIED);
    }
  });

  it('is what was applied, where the server fills in nothing', () => {
    const simple = recorded.filter(({ child }) => child.kind === 'ConfigMap' && child.metadata.annotations?.[LAST_APPLIED] !== undefined);
    expect(simple.length).toBeGreaterThan(0);
    for (const { at, child } of simple) expect(echo(child), at).toEqual(JSON.parse(child.metadata.annotations?.[LAST_APPLIED] ?? ''));
  });

  it('keeps the spec, and is its own echo', () => {
    for (const { at, child } of recorded) {
      expect(echo(child).spec, at).toEqual(child.spec);
      expect(echo(echo(child)), at).toEqual(echo(child));
    }
  });

  it('keeps annotations of others', () => {
    const child = { kind: 'Job', metadata: { name: 'a', annotations: { mine: 'x', [LAST_APPLIED]: '{}' } } };
    expect(echo(child)).toEqual({ kind: 'Job', metadata: { name: 'a', annotations: { mine: 'x' } } });
  });

  it('keeps members called __proto__ as data', () => {
    const odd = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}';
    const text = `{"kind":"Job",${odd},"metadata":{"name":"a",${odd},"annotations":{${odd}}}}`;
    expect(JSON.stringify(echo(JSON.parse(text)))).toBe(text);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('of an object without metadata has an empty one', () => {
    expect(echo({ kind: 'Job' })).toEqual({ kind: 'Job', metadata: {} });
  });
});

/** What kubectl answered, as it is committed: what a patch changed of a base, field by field of `metadata` and `spec`. */
import { readFileSync } from 'node:fs';
import { isObject, type JsonObject } from '../../../src/children/json.ts';

export interface RecordedCase {
  /** Which of the fixture's bases. */
  readonly base: string;
  readonly patch: JsonObject;
  /** What differs from the base, by `part.field`; null when it is gone. Missing: kubectl refused the patch. */
  readonly changes?: JsonObject;
  /** Whether the same patch changes nothing when kubectl merges it over its own answer. */
  readonly settled?: boolean;
}

export interface Fixture {
  readonly kubectl: string;
  readonly seed: number;
  readonly bases: Readonly<Record<string, JsonObject>>;
  readonly cases: readonly RecordedCase[];
}

export const FIXTURE = new URL('./kubectl-patch.golden.json', import.meta.url);

export function readFixture(): Fixture {
  return JSON.parse(readFileSync(FIXTURE, 'utf8'));
}

/** One case a line, so that a diff shows which. */
export function fixtureText({ cases, ...head }: Fixture): string {
  const lines = cases.map((recorded) => JSON.stringify(recorded)).join(',\n');
  return `${JSON.stringify(head).slice(0, -1)},"cases":[\n${lines}\n]}\n`;
}

export function changesOf(base: JsonObject, template: JsonObject): JsonObject {
  const before = flat(base);
  const after = flat(template);
  const changed = [...after].filter(([path, value]) => JSON.stringify(sorted(before.get(path))) !== JSON.stringify(sorted(value)));
  const gone = [...before.keys()].filter((path) => !after.has(path)).map((path) => [path, null] as const);
  return Object.fromEntries([...changed, ...gone]);
}

export function withChanges(base: JsonObject, changes: JsonObject): JsonObject {
  const fields = [...flat({ ...base }), ...Object.entries(changes)];
  const parts = new Map<string, JsonObject>();
  for (const [path, value] of new Map(fields)) {
    const [part = '', field = ''] = split(path);
    if (value === null) continue;
    parts.set(part, field === '' ? {} : { ...parts.get(part), [field]: value });
  }
  return Object.fromEntries(parts);
}

/** Each field of a part by `part.field`, and each part that is empty by `part.`. */
function flat(template: JsonObject): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(template).flatMap(([part, fields]) => {
      if (!isObject(fields)) throw new Error(`${part} is no map`);
      const members = Object.entries(fields).map(([field, value]) => [`${part}.${field}`, value] as const);
      return members.length === 0 ? [[`${part}.`, {}] as const] : members;
    }),
  );
}

function split(path: string): readonly string[] {
  const end = path.indexOf('.');
  return [path.slice(0, end), path.slice(end + 1)];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

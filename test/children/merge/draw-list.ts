/** Draws the part of a patch that is about one list, with the directives that it may have. */
import { isObject, type JsonObject } from '../../../src/children/json.ts';
import type { Random } from '../../../src/dev/forgejo/random.ts';
import { between, chance, oneOf } from '../../simulation/draw.ts';

export interface ListToDraw {
  readonly field: string;
  readonly mergeKey: string;
  /** Keys of entries that the base may lack. */
  readonly others: readonly (string | number)[];
  /** What an entry says beside its key; `base` is undefined when the base has no such entry. */
  readonly entry: (random: Random, base: JsonObject | undefined, key: string | number) => JsonObject;
}

/** A keyed list and its order. */
export function drawKeyedList(random: Random, base: unknown, list: ListToDraw): JsonObject {
  const { field, mergeKey } = list;
  if (chance(random, 0.04)) return { [field]: oneOf(random, [null, []]) };
  const old = entriesOf(base);
  const keys = subset(random, [...new Set([...old.map((entry) => keyOf(entry, mergeKey)), ...list.others])], 1, 4);
  const drawn = keys.map((key) => {
    if (chance(random, 0.15)) return { [mergeKey]: key, $patch: 'delete' };
    const found = old.find((entry) => entry[mergeKey] === key);
    return { [mergeKey]: key, ...withNulls(random, without(found ?? {}, mergeKey), list.entry(random, found, key)) };
  });
  const entries = misuse(random, withReplace(random, withTwin(random, drawn)), mergeKey);
  if (chance(random, 0.7)) return { [field]: entries };
  const order = drawOrder(
    random,
    keysOf(drawn, mergeKey),
    old.map((entry) => keyOf(entry, mergeKey)),
  ).map((key) => ({ [mergeKey]: key }));
  return { [`$setElementOrder/${field}`]: order, ...(chance(random, 0.1) ? {} : { [field]: entries }) };
}

/** A list of words: replaced by one, shortened by a directive, or merged as a set. */
export function drawWords(random: Random, field: string, base: unknown, words: readonly string[], isSet = false): JsonObject {
  const old = Array.isArray(base) ? base.filter((word) => typeof word === 'string') : [];
  const gone = { [`$deleteFromPrimitiveList/${field}`]: subset(random, [...old, 'absent'], 1, 2) };
  if (chance(random, 0.3)) return gone;
  const added = subset(random, [...new Set([...words, ...(isSet ? old : [])])], 0, 3);
  if (!isSet || chance(random, 0.6)) return { [field]: chance(random, 0.08) ? null : added };
  return { [`$setElementOrder/${field}`]: drawOrder(random, added, old), [field]: added };
}

/** What is drawn in its own order, among what only the base has; now and then in an order that kubectl refuses, or none. */
function drawOrder<K>(random: Random, drawn: readonly K[], old: readonly K[]): readonly K[] {
  if (chance(random, 0.05)) return [];
  const others = subset(
    random,
    old.filter((key) => !drawn.includes(key)),
    0,
    old.length,
  );
  const order = others.reduce<readonly K[]>((all, key) => all.toSpliced(between(random, 0, all.length + 1), 0, key), drawn);
  return chance(random, 0.08) ? shuffled(random, order) : order;
}

function keysOf(entries: readonly JsonObject[], mergeKey: string): readonly (string | number)[] {
  return entries.filter((entry) => entry['$patch'] === undefined).map((entry) => keyOf(entry, mergeKey));
}

/** A second entry of the same key, as two protocols of one port have it. */
function withTwin(random: Random, entries: readonly JsonObject[]): readonly JsonObject[] {
  const [first] = entries;
  return first !== undefined && chance(random, 0.06) ? [...entries, { ...first }] : entries;
}

function withReplace(random: Random, entries: readonly JsonObject[]): readonly JsonObject[] {
  if (chance(random, 0.06)) return entries.toSpliced(between(random, 0, entries.length + 1), 0, { $patch: 'replace' });
  return chance(random, 0.02) ? entries.map((entry, index) => (index === 0 ? { ...entry, $patch: 'replace' } : entry)) : entries;
}

/** What kubectl refuses. */
function misuse(random: Random, entries: readonly JsonObject[], mergeKey: string): readonly JsonObject[] {
  if (!chance(random, 0.01)) return entries;
  return entries.map((entry) =>
    chance(random, 0.5) ? { ...entry, $patch: oneOf(random, ['merge', 'remove']) } : without(entry, mergeKey),
  );
}

/** Fields that go, be they in the base or not. */
function withNulls(random: Random, base: JsonObject, entry: JsonObject): JsonObject {
  const fields = [...Object.keys(base), ...Object.keys(entry)];
  return fields.length === 0 || !chance(random, 0.12) ? entry : { ...entry, [oneOf(random, fields)]: null };
}

function without(entry: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== key));
}

function keyOf(entry: JsonObject, mergeKey: string): string | number {
  const key = entry[mergeKey];
  if (typeof key !== 'string' && typeof key !== 'number') throw new Error(`an entry of the base has no ${mergeKey}`);
  return key;
}

export function entriesOf(list: unknown): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Some of the values in a drawn order. */
export function subset<T>(random: Random, values: readonly T[], least: number, most: number): readonly T[] {
  return shuffled(random, values).slice(0, between(random, least, most + 1));
}

function shuffled<T>(random: Random, values: readonly T[]): readonly T[] {
  return values
    .map((value) => ({ value, place: random.next() }))
    .sort((left, right) => left.place - right.place)
    .map(({ value }) => value);
}

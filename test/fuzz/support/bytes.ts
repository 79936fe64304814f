/** Bodies as bytes: real ones that were cut, flipped, spliced or padded with what parsers stumble over, and plain noise. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { INPUT_CANARY } from './canaries.ts';

export interface Sent {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** So that a counterexample can be read. */
  readonly [fc.toStringMethod]: () => string;
}

const DEEP = [10, 100, 1000, 20_000, 200_000] as const;

/** Put in place of a value or before a key of JSON; the canary shows whether it comes back. */
const TOKENS: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    `"${INPUT_CANARY}"`,
    `"__proto__":{"${INPUT_CANARY}":1},`,
    '"constructor":{"prototype":{"x":1}},',
    '"parent":null,',
    '"children":{},',
    '"finalizing":false,"finalizing":true,',
    '1e999',
    '-1e999',
    '123456789012345678901234567890',
    '0x10',
    'NaN',
    '01',
    '"\\ud800"',
    '"\u0000"',
    '/* */',
    ',',
    ':',
    '}',
    ']',
    '\ufeff',
  ),
  fc.constantFrom(...DEEP).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.constantFrom(...DEEP).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.constantFrom(...DEEP).map((depth) => '['.repeat(depth)),
);

type Damage =
  | { readonly kind: 'none' }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'flip'; readonly at: readonly number[]; readonly byte: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  /** In place of the value of a member. */
  | { readonly kind: 'value'; readonly at: number; readonly text: string }
  | { readonly kind: 'raw'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'splice'; readonly at: number; readonly other: string };

/** Places are per mille of the body's length. */
const place = fc.nat(999);

function damageOf(bodies: readonly string[]): fc.Arbitrary<Damage> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant({ kind: 'none' as const }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: place }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('flip' as const), at: fc.array(place, { minLength: 1, maxLength: 4 }), byte: fc.nat(255) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), at: place, text: TOKENS }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('value' as const), at: place, text: TOKENS }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('raw' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('splice' as const), at: place, other: fc.constantFrom(...bodies) }) },
  );
}

function damaged(text: string, damage: Damage): Buffer {
  const body = Buffer.from(text);
  const at = (permille: number): number => Math.floor((body.length * permille) / 1000);
  switch (damage.kind) {
    case 'none':
      return body;
    case 'cut':
      return body.subarray(0, at(damage.at));
    case 'flip':
      for (const one of damage.at) body[at(one)] = damage.byte;
      return body;
    case 'insert':
      return joined(body, at(damage.at), Buffer.from(damage.text), at(damage.at));
    case 'value':
      return Buffer.from(withOtherValue(text, Math.floor((text.length * damage.at) / 1000), damage.text));
    case 'raw':
      return joined(body, at(damage.at), Buffer.from(damage.bytes), at(damage.at));
    case 'splice':
      return joined(body, at(damage.at), Buffer.from(damage.other), body.length);
  }
}

function joined(body: Buffer, before: number, between: Buffer, after: number): Buffer {
  return Buffer.concat([body.subarray(0, before), between, body.subarray(after)]);
}

/** The text or number after the next `": ` at or behind the place. */
function withOtherValue(text: string, from: number, value: string): string {
  const member = /":\s*("(?:[^"\\]|\\.)*"|-?\d+|true|false|null)/g;
  member.lastIndex = from;
  const match = member.exec(text);
  if (match?.[1] === undefined) return text;
  const start = match.index + match[0].length - match[1].length;
  return text.slice(0, start) + value + text.slice(match.index + match[0].length);
}

const JSON_TYPE = { 'content-type': 'application/json' };
const headers: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(JSON_TYPE) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { 'content-type': '' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'application/xml' },
      { 'content-type': `multipart/form-data; boundary=${INPUT_CANARY}` },
      { 'content-type': `${INPUT_CANARY};;=` },
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      { ...JSON_TYPE, 'content-length': '5' },
      { ...JSON_TYPE, 'content-length': '99999999999' },
      { ...JSON_TYPE, 'transfer-encoding': 'chunked' },
      { ...JSON_TYPE, authorization: `Bearer ${INPUT_CANARY}` },
      { ...JSON_TYPE, 'if-none-match': INPUT_CANARY },
    ),
  },
);

/** `bodies`: real ones. */
export function sentArbitrary(bodies: readonly string[]): fc.Arbitrary<Sent> {
  const real = fc
    .record({ text: fc.constantFrom(...bodies), damages: fc.array(damageOf(bodies), { minLength: 1, maxLength: 2 }) })
    .map(({ text, damages }) =>
      damages.reduce<Buffer>((body, damage) => damaged(body.toString('latin1'), damage), Buffer.from(text, 'utf8')),
    );
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom('', ' ', 'null', '[]', '{}', '"x"', '0', `{"error":"${INPUT_CANARY}"}`, '\ufeff{}').map((text) => Buffer.from(text)),
    fc.constantFrom(...DEEP).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
    fc.constantFrom(...bodies).map((text) => gzipSync(text)),
  );
  return fc.record({ body: fc.oneof({ weight: 4, arbitrary: real }, { weight: 1, arbitrary: noise }), headers }).map((sent) => ({
    ...sent,
    [fc.toStringMethod]: () => JSON.stringify({ headers: sent.headers, body: Buffer.from(sent.body).toString('latin1') }),
  }));
}

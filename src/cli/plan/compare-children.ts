/** The children of an answer beside those that were observed. */
import { isDeepStrictEqual } from 'node:util';
import { echo } from '../../children/echo.ts';
import { isObject } from '../../children/json.ts';
import { childKey } from '../../hooks/answer.ts';
import type { DecodedRequest } from '../../hooks/decode.ts';
import { objectAt, textAt, type WireObject } from '../../hooks/wire.ts';

export interface ComparedChildren {
  /** Each as `Kind/name`, in the order of the answer. */
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly kept: readonly string[];
  /** What the answer leaves out is deleted by Metacontroller. */
  readonly deleted: readonly string[];
}

export function compareChildren(children: readonly object[], { raw }: DecodedRequest): ComparedChildren {
  const observed = new Map(
    [raw.secrets, raw.configMaps, raw.workloads, raw.poolObjects]
      .flatMap((objects) => [...objects.values()])
      .map((object) => [keyOf(object), object]),
  );
  const answered = new Map(children.map((child) => [keyOf(child), child]));
  const isSame = (key: string): boolean => {
    const before = observed.get(key);
    return before !== undefined && isDeepStrictEqual(plain(echo(before)), plain(answered.get(key)));
  };
  const both = [...answered.keys()].filter((key) => observed.has(key));
  return {
    created: [...answered.keys()].filter((key) => !observed.has(key)),
    changed: both.filter((key) => !isSame(key)),
    kept: both.filter(isSame),
    deleted: [...observed.keys()].filter((key) => !answered.has(key)),
  };
}

export function keyOf(child: object): string {
  const object: WireObject = isObject(child) ? child : {};
  return childKey(textAt(object, 'kind') ?? '', textAt(objectAt(object, 'metadata'), 'name') ?? '');
}

/** As it goes over the wire: without fields that are undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

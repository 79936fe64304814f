/** Draws the part of a patch that is about one map, with the directives that it may have. */
import type { JsonObject } from '../../../src/children/json.ts';
import type { Random } from '../../../src/dev/forgejo/random.ts';
import { chance, oneOf } from '../../simulation/draw.ts';
import { subset } from './draw-list.ts';

export function drawMap(random: Random, fields: JsonObject): JsonObject {
  const some = Object.fromEntries(subset(random, Object.entries(fields), 1, 3));
  if (chance(random, 0.06)) return { $patch: 'replace', ...some };
  if (chance(random, 0.05)) return { $patch: 'delete' };
  if (chance(random, 0.01)) return { $patch: oneOf(random, ['merge', 'remove']), ...some };
  return chance(random, 0.06) ? { $retainKeys: retained(random, fields, some), ...some } : some;
}

/** Now and then less than the patch sets, which kubectl refuses. */
function retained(random: Random, fields: JsonObject, some: JsonObject): readonly string[] {
  const keys = [...new Set([...Object.keys(some), ...subset(random, Object.keys(fields), 0, 2)])];
  return chance(random, 0.15) ? keys.slice(1) : keys;
}

/** One of the values, or null. */
export function orNull(random: Random, ...values: readonly unknown[]): unknown {
  return chance(random, 0.15) ? null : oneOf(random, values);
}

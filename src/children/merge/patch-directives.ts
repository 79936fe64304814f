/** The words of a strategic merge patch that are no fields. Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go. */
import { isObject, type JsonObject } from '../json.ts';

/** In a map, or in an entry of a keyed list: `replace` or `delete`. */
export const PATCH = '$patch';
/** The only fields of a map that stay. */
export const RETAIN_KEYS = '$retainKeys';
/** Followed by a field: the order of its list. */
export const SET_ELEMENT_ORDER = '$setElementOrder/';
/** Followed by a field: what goes from its list of scalars. */
export const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';

export function isDirective(key: string): boolean {
  return key === PATCH || key === RETAIN_KEYS || key.startsWith(SET_ELEMENT_ORDER) || key.startsWith(DELETE_FROM_LIST);
}

/** Undefined: no such directive. */
export function directiveOf(patch: JsonObject): unknown {
  return Object.hasOwn(patch, PATCH) ? patch[PATCH] : undefined;
}

/**
 * A new value as it goes into the template: without null, and without a map or an entry that has a `$patch`, as kubectl has it
 * where the base lacks the field. Within an added entry and in a list that is replaced kubectl leaves both in its result, for
 * the API server to drop or to refuse; they go here too. Undefined: nothing is left.
 */
export function withoutDirectives(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return listWithoutDirectives(value);
  if (!isObject(value)) return value;
  return (directiveOf(value) ?? null) === null ? withoutDirectivesWithin(value) : undefined;
}

export function listWithoutDirectives(list: readonly unknown[]): readonly unknown[] {
  return list.map(withoutDirectives).filter((entry) => entry !== undefined);
}

/** As `withoutDirectives`, for a map whose own directives have been obeyed. */
export function withoutDirectivesWithin(map: JsonObject): JsonObject {
  const fields = Object.entries(map).filter(([key]) => !isDirective(key));
  const left = fields.map(([key, value]) => [key, withoutDirectives(value)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(left);
}

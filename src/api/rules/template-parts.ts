/** A pool's `template` as the rules look at it: whatever its shape, each container and each of its fields with its path. */

import { type Fields, fieldsOf } from '../objects.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import type { StateRule } from './rule.ts';

export type WithTemplate = Pick<
  RunnerPoolSpec,
  'template' | 'containerMode' | 'forgejo' | 'proxy' | 'cache' | 'identity' | 'runner' | 'mode'
>;

export interface Part {
  readonly fields: Fields;
  /** `spec.template.spec.containers[2]`. */
  readonly path: string;
}

export const POD = 'spec.template.spec';
export const CONTAINER_LISTS = ['containers', 'initContainers'] as const;
/** Of a strategic merge: takes single entries out of the list that it names. */
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';

export function pod(spec: WithTemplate): Fields {
  return spec.template?.spec ?? {};
}

/** The entries of the list that is the field `name` of `part`. */
export function entriesOf({ fields, path }: Part, name: string): readonly Part[] {
  const list = fields[name];
  return Array.isArray(list) ? list.map((item: unknown, index) => ({ fields: fieldsOf(item), path: `${path}.${name}[${index}]` })) : [];
}

/** The entries of a list of the Pod. */
export function podEntries(spec: WithTemplate, list: string): readonly Part[] {
  return entriesOf({ fields: pod(spec), path: POD }, list);
}

/** The containers of both kinds. */
export function allContainers(spec: WithTemplate): readonly Part[] {
  return CONTAINER_LISTS.flatMap((list) => podEntries(spec, list));
}

/** Those of a name: one, unless the template names it twice. */
export function named(parts: readonly Part[], name: string): readonly Part[] {
  return parts.filter(({ fields }) => fields['name'] === name);
}

/** The paths by which a field is set, taken away, or changed by a directive. */
export function pathsOf({ fields, path }: Part, field: string): readonly string[] {
  return [field, `${DELETE_FROM_LIST}${field}`].filter((key) => fields[key] !== undefined).map((key) => `${path}.${key}`);
}

/** A rule that CEL can't check, for it would have to look below fields that the CRD leaves open. */
export function templateRule(message: string, broken: (spec: WithTemplate) => readonly string[]): StateRule<WithTemplate> {
  return { kind: 'state', at: POD, message, cel: null, broken };
}

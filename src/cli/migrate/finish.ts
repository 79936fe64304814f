/** From a draft to a pool that the operator accepts: what it refuses is left out, and said. */
import { API_VERSION, KIND } from '../../api/keys.ts';
import { type Fields, fieldsOf } from '../../api/objects.ts';
import { validateSpec } from '../../api/validate.ts';
import { type Path, pathOf } from '../manifests/path.ts';
import type { Draft, Note } from './part.ts';

export interface MigratedPool {
  readonly origin: string;
  readonly name: string;
  readonly namespace: string | null;
  readonly pool: Fields;
  readonly notes: readonly Note[];
}

/** The order in which people read a pool. */
const ORDER = [
  'forgejo',
  'mode',
  'labels',
  'minRunners',
  'maxRunners',
  'paused',
  'pollIntervalSeconds',
  'jobTimeoutSeconds',
  'runner',
  'containerMode',
  'proxy',
  'resources',
];
/** More fields than a draft can have wrong: after as many a bug would go on for ever. */
const MOST_REFUSALS = 200;

/** Null when even what is left is refused. `name` is the pool's, unique within its namespace. */
export function finished(draft: Draft, name: string): MigratedPool | null {
  let spec = draft.fields;
  const notes = [...draft.notes];
  for (let refusals = 0; refusals < MOST_REFUSALS; refusals += 1) {
    const validated = validateSpec(spec);
    if (validated.ok)
      return { origin: draft.origin, name, namespace: draft.namespace, pool: poolOf(draft, name, spec), notes: distinct(notes) };
    const [problem] = validated.problems;
    if (problem === undefined) return null;
    const [, ...path] = pathOf(problem.field);
    const smaller = without(spec, path);
    if (smaller === spec) return null;
    notes.push({ kind: 'left', text: `${problem.field}: it ${problem.message}` });
    spec = fieldsOf(smaller);
  }
  return null;
}

function poolOf({ namespace }: Draft, name: string, spec: Fields): Fields {
  const keys = [...ORDER.filter((key) => key in spec), ...Object.keys(spec).filter((key) => !ORDER.includes(key))];
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, ...(namespace === null ? {} : { namespace }) },
    spec: Object.fromEntries(keys.map((key) => [key, spec[key]])),
  };
}

/** The value less what stands at `path`, or the nearest above it that exists; the value itself when there is nothing to leave out. */
function without(value: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    if (typeof key !== 'number' || key >= value.length) return value;
    const below = rest.length === 0 ? undefined : without(value[key], rest);
    return below === undefined || below === value[key] ? value.toSpliced(key, 1) : value.toSpliced(key, 1, below);
  }
  const members = fieldsOf(value);
  if (!Object.hasOwn(members, key)) return value;
  const { [key]: member, ...others } = members;
  const below = rest.length === 0 ? undefined : without(member, rest);
  return below === undefined || below === member ? others : { ...members, [key]: below };
}

function distinct(notes: readonly Note[]): readonly Note[] {
  return [...new Map(notes.map((note) => [`${note.kind} ${note.text}`, note])).values()];
}

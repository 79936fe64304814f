/**
 * The wire of Metacontroller's hooks, version v2. Checked is only what is read, and of each object only what says which
 * object it is: bodies reach 10 MB and more. What Metacontroller may add is let through.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { API_VERSION, KIND } from '../api/keys.ts';
import { RFC_3339 } from '../api/rfc3339.ts';
import { isTooDeep, MOST_LEVELS } from './nesting.ts';

const Time = Type.String({ pattern: RFC_3339 });
const Name = Type.String({ minLength: 1, maxLength: 253 });

const Metadata = { name: Name, uid: Name, creationTimestamp: Time, deletionTimestamp: Type.Optional(Time) };

const Parent = Type.Object({
  apiVersion: Type.Literal(API_VERSION),
  kind: Type.Literal(KIND),
  metadata: Type.Object({
    ...Metadata,
    namespace: Name,
    generation: Type.Integer({ minimum: 1 }),
  }),
  spec: Type.Optional(Type.Unknown()),
  status: Type.Optional(Type.Unknown()),
});

/** What every object that the API server sends carries; cluster-scoped ones have no namespace. */
const NamedObject = Type.Object({ metadata: Type.Object({ ...Metadata, namespace: Type.Optional(Name) }) });
const ChildObject = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata: Type.Object({ ...Metadata, namespace: Name }),
});

/** Kind (`Job.batch/v1`) -> `namespace/name` (`name` when cluster-scoped) -> object; every kind that was asked for is there, if empty. */
export const SyncRequest = Type.Object({
  parent: Parent,
  children: Type.Record(Type.String(), Type.Record(Type.String(), ChildObject)),
  related: Type.Record(Type.String(), Type.Record(Type.String(), NamedObject)),
  finalizing: Type.Boolean(),
});
export const CustomizeRequest = Type.Object({ parent: Parent });

export type NamedObject = Static<typeof NamedObject>;
export type SyncRequest = Static<typeof SyncRequest>;
export type CustomizeRequest = Static<typeof CustomizeRequest>;

export type Parsed<T> = { readonly ok: true; readonly request: T } | { readonly ok: false; readonly reason: string };

const compiledSync = TypeCompiler.Compile(SyncRequest);
const compiledCustomize = TypeCompiler.Compile(CustomizeRequest);

/** The body of `/sync` and `/finalize`. `reason` names the first field that is wrong, never a value. */
export function parseSyncRequest(body: unknown): Parsed<SyncRequest> {
  const reason = versionProblem(body);
  if (reason !== null) return { ok: false, reason };
  const parsed = parse(compiledSync, body);
  const problem = parsed.ok ? (childProblem(parsed.request.children) ?? depthProblem(parsed.request)) : null;
  return problem === null ? parsed : { ok: false, reason: `${REFUSAL}${problem}` };
}

/** The body of `/customize`, which has no children and no related objects. */
export function parseCustomizeRequest(body: unknown): Parsed<CustomizeRequest> {
  return parse(compiledCustomize, body);
}

const REFUSAL = `not a hook request of Metacontroller for ${KIND} ${API_VERSION}: `;

function parse<S extends TSchema>(check: TypeCheck<S>, body: unknown): Parsed<Static<S>> {
  if (check.Check(body)) return { ok: true, request: body };
  const problem = check.Errors(body).First();
  const path = problem === undefined || problem.path === '' ? 'the body' : readablePath(problem.path);
  return { ok: false, reason: `${REFUSAL}${path}: ${expectation(problem?.schema)}` };
}

function expectation(schema: TSchema | undefined): string {
  if (schema === undefined) return 'not as expected';
  if (schema['const'] !== undefined) return `must be ${JSON.stringify(schema['const'])}`;
  if (schema['pattern'] !== undefined) return 'must be an RFC 3339 time';
  return `must be ${schema['type'] === 'object' || schema['type'] === 'integer' ? 'an' : 'a'} ${schema['type']}`;
}

/** Kinds and `namespace/name` are made of these; what is not is not repeated. */
const PART = /^[\w.:/-]{1,320}$/;

/** A JSON pointer as Kubernetes writes paths; keys of children are object names, which are no secrets. */
function readablePath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\w{1,63}$/.test(part) ? `.${part}` : `[${PART.test(part) ? part : '?'}]`))
    .join('')
    .replace(/^\./, '');
}

/** A child under another's key could not be answered as it was observed, and what is not answered is deleted. */
function childProblem(children: SyncRequest['children']): string | null {
  for (const group of Object.keys(children)) {
    const objects = children[group] ?? {};
    for (const key of Object.keys(objects)) {
      const child = objects[key];
      const wrong = child === undefined ? null : differsFromKey(child, group, key);
      if (wrong !== null) return `${readablePath(`/children/${pointerPart(group)}/${pointerPart(key)}`)}.${wrong}: must be as its key says`;
    }
  }
  return null;
}

/** `group`: `Job.batch/v1`, which was checked before (`versionProblem`); `key`: `namespace/name`. */
function differsFromKey({ kind, apiVersion, metadata }: Static<typeof ChildObject>, group: string, key: string): string | null {
  const end = group.indexOf('.');
  if (kind !== group.slice(0, end)) return 'kind';
  if (apiVersion !== group.slice(end + 1)) return 'apiVersion';
  return isKeyOf(metadata, key) ? null : 'metadata';
}

/** Each call looks at each child: nothing is put together for it. */
function isKeyOf({ namespace, name }: Static<typeof ChildObject>['metadata'], key: string): boolean {
  return (
    key.length === namespace.length + 1 + name.length && key.startsWith(namespace) && key[namespace.length] === '/' && key.endsWith(name)
  );
}

/** Children are answered as they were observed, and a refused spec's status as it was. */
function depthProblem({ children, parent }: SyncRequest): string | null {
  const deep = isTooDeep(children) ? 'children' : isTooDeep(parent.status) ? 'parent.status' : null;
  return deep === null ? null : `${deep}: must not be nested deeper than ${MOST_LEVELS} levels`;
}

function pointerPart(text: string): string {
  return text.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** v1 bodies differ in the keys of children alone (`name` without its namespace), so a body without children can't be told. */
function versionProblem(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('children' in body)) return null;
  const { children } = body;
  if (typeof children !== 'object' || children === null) return null;
  for (const [kind, objects] of Object.entries(children)) {
    const keys = typeof objects === 'object' && objects !== null ? Object.keys(objects) : [];
    if (!/^[^./]+\.([^/]+\/)?[^/]+$/.test(kind) || keys.some((key) => !key.includes('/'))) {
      return 'this is a v1 hook body; set version: v2 in the CompositeController';
    }
  }
  return null;
}

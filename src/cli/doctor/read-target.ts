/** From options to a target: flags, files and the environment. */
import { GROUP, KIND } from '../../api/keys.ts';
import { type Fields, fieldsOf } from '../../api/objects.ts';
import { scopeOf } from '../../api/scope.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { readForgejo, validateSpec } from '../../api/validate.ts';
import { lookUpConfigMapKey, lookUpSecretKey, lookUpToken } from '../../hooks/decode-secret.ts';
import { isPool, nameOf, noPool, parseObjects, parseValues } from '../input/parse-objects.ts';
import { parseForgejo, parseToken, SCOPE_FORMS } from '../input/parse-scope.ts';
import { checkStdin, readArgument } from '../input/read-argument.ts';
import { CliError, type CliWorld } from '../world.ts';
import type { KnownPool, Target } from './target.ts';

export interface TargetOptions {
  readonly url?: string | undefined;
  readonly scope?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly pool?: string | undefined;
  readonly pools?: string | undefined;
}

/** Where the token is read from when no file is named. */
export const TOKEN_VARIABLE = 'FORGEJO_TOKEN';
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];

/** Throws a CliError for what can't be used; it names the option, and never a token. */
export async function readTarget(options: TargetOptions, world: CliWorld): Promise<Target> {
  const { url, scope, tokenFile, caFile, pool: poolFile, pools: poolsFile } = options;
  checkStdin({ '--token-file': tokenFile, '--ca-file': caFile, '--pool': poolFile, '--pools': poolsFile });
  const given = poolFile === undefined ? null : await readPool(poolFile, world);
  if (given === null && (url === undefined || scope === undefined)) {
    throw new CliError(`--url and --scope (${SCOPE_FORMS}), or --pool, must say what to examine`);
  }
  if (given !== null && (url !== undefined || scope !== undefined))
    throw new CliError('--url and --scope stand in the pool: leave them out with --pool');
  const forgejo = given?.forgejo ?? parseForgejo(url ?? '', scope ?? '');
  const ca = caFile === undefined ? given?.ca : await readCa(caFile, world);
  const others = poolsFile === undefined ? [] : await readPools(poolsFile, world);
  const own = given === null ? [] : [given.object].filter((object) => others.every((other) => nameOf(other) !== nameOf(object)));
  return {
    url: forgejo.url,
    scope: scopeOf(forgejo),
    token: await readToken(tokenFile, given ?? NO_POOL, world),
    ...(ca === undefined ? {} : { ca }),
    pool: given === null ? null : { name: nameOf(given.object), validated: validateSpec(given.object['spec']) },
    pools: given === null && poolsFile === undefined ? null : [...own, ...others].flatMap(knownPool),
    poolUids: new Set([...own, ...others].flatMap(uidOf)),
    poolsAreAll: poolsFile !== undefined,
    proxyVariables: PROXY_VARIABLES.filter((name) => (world.env[name] ?? '') !== ''),
  };
}

/** Where a pool has its token. */
export interface TokenOfPool {
  /** From a Secret that came with the pool. */
  readonly token: string | null;
  /** OpenBao lets the service in, not whoever runs this. */
  readonly isInOpenBao: boolean;
}

const NO_POOL: TokenOfPool = { token: null, isInOpenBao: false };

interface GivenPool extends TokenOfPool {
  readonly object: Fields;
  readonly forgejo: RunnerPoolSpec['forgejo'];
  readonly ca: string | undefined;
}

async function readPool(path: string, world: CliWorld): Promise<GivenPool> {
  const where = `--pool ${path}`;
  const objects = parseObjects(await readArgument('--pool', path, world), where);
  const [object, second] = objects.filter(isPool);
  if (object === undefined) throw noPool(where, objects);
  if (second !== undefined) throw new CliError(`${where}: holds several pools; give one here, and all with --pools`);
  const forgejo = readForgejo(object['spec']);
  if (forgejo === null) throw new CliError(`${where}: spec.forgejo of ${nameOf(object)} does not say which server and scope is meant`);
  const named = (kind: string, name: string): Fields | undefined =>
    objects.find((each) => each['kind'] === kind && fieldsOf(each['metadata'])['name'] === name && sameNamespace(each, object));
  const { tokenSecretRef, tokenFrom, caSecretRef, caConfigMapRef } = forgejo;
  const token = lookUpToken(named('Secret', tokenSecretRef?.name ?? ''), tokenSecretRef?.key ?? '');
  const bundle =
    caSecretRef === undefined
      ? lookUpConfigMapKey(named('ConfigMap', caConfigMapRef?.name ?? ''), caConfigMapRef?.key ?? '')
      : lookUpSecretKey(named('Secret', caSecretRef.name), caSecretRef.key);
  return {
    object,
    forgejo,
    token: token.kind === 'found' ? token.value : null,
    isInOpenBao: tokenFrom !== undefined,
    ca: bundle.kind === 'found' ? bundle.value : undefined,
  };
}

function sameNamespace(a: Fields, b: Fields): boolean {
  return fieldsOf(a['metadata'])['namespace'] === fieldsOf(b['metadata'])['namespace'];
}

/** A kubectl that failed leaves an empty file, and a sweep would take every pool for deleted: no pools are a list without items. */
async function readPools(path: string, world: CliWorld): Promise<readonly Fields[]> {
  const text = await readArgument('--pools', path, world);
  const where = `--pools ${path}`;
  if (parseValues(text, where).length === 0)
    throw new CliError(`${where}: is empty, where kubectl get runnerpools -A -o json prints a list even when there is no pool`);
  return parseObjects(text, where).filter(isPoolOfAnyVersion);
}

/** A pool of a version that this program does not know exists all the same, and cleans up by itself. */
function isPoolOfAnyVersion({ apiVersion, kind }: Fields): boolean {
  return kind === KIND && typeof apiVersion === 'string' && apiVersion.startsWith(`${GROUP}/`);
}

/** A pool whose spec is refused takes no job, nor does one of another version, as far as can be told. */
function knownPool(object: Fields): readonly KnownPool[] {
  if (!isPool(object)) return [];
  const validated = validateSpec(object['spec']);
  return validated.ok ? [{ name: nameOf(object), spec: validated.spec }] : [];
}

/** None in a manifest that no cluster has seen. */
function uidOf(object: Fields): readonly string[] {
  const { uid } = fieldsOf(object['metadata']);
  return typeof uid === 'string' && uid !== '' ? [uid] : [];
}

/** A PEM bundle. */
export async function readCa(path: string, world: CliWorld): Promise<string> {
  const ca = await readArgument('--ca-file', path, world);
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new CliError(`--ca-file ${path}: holds no PEM certificate`);
  return ca;
}

/** Never an argument: those stand in the shell's history and in the list of processes. */
export async function readToken(file: string | undefined, pool: TokenOfPool, world: CliWorld): Promise<string> {
  const source = file === undefined ? TOKEN_VARIABLE : `--token-file ${file}`;
  const text = file === undefined ? world.env[TOKEN_VARIABLE] : await readArgument('--token-file', file, world);
  if (file === undefined && (text === undefined || text === '')) {
    if (pool.token !== null) return pool.token;
    const why = pool.isInOpenBao ? 'no token: that of the pool is in OpenBao, which lets only the operator in;' : 'no token:';
    throw new CliError(`${why} set ${TOKEN_VARIABLE}, or name a file with --token-file (- is stdin)`);
  }
  const token = parseToken(text ?? '');
  if (token === null) throw new CliError(`${source}: holds no token: one line of printable characters without spaces`);
  return token;
}

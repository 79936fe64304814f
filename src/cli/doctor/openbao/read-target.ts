/** From the options of `doctor --openbao` and the environment to a target. */
import { checkStdin, readArgument } from '../../input/read-argument.ts';
import { CliError, type CliWorld } from '../../world.ts';
import { steps } from './calls.ts';
import type { BaoTarget } from './gather.ts';

export interface BaoOptions {
  /** `--openbao [address]`; true: the address is that of BAO_ADDR. */
  readonly openbao: string | true;
  readonly openbaoMount?: string | undefined;
  readonly openbaoRole?: readonly string[] | undefined;
  readonly openbaoTokenFile?: string | undefined;
  readonly openbaoCaFile?: string | undefined;
  /** Of Forgejo, as for `doctor` itself: its issuer is compared. */
  readonly url?: string | undefined;
  readonly caFile?: string | undefined;
}

/** Throws a CliError for what can't be used; it names the option, and never a token. The variables are those of the `bao` CLI. */
export async function readBaoTarget(options: BaoOptions, world: CliWorld): Promise<BaoTarget> {
  const { openbaoTokenFile: tokenFile, openbaoCaFile, caFile, url } = options;
  checkStdin({ '--openbao-token-file': tokenFile, '--openbao-ca-file': openbaoCaFile, '--ca-file': caFile });
  const address = readAddress(options.openbao, world);
  const mount = readMount(options.openbaoMount ?? 'forgejo');
  const bundle = openbaoCaFile ?? variable('BAO_CACERT', world);
  const ca =
    bundle === undefined ? undefined : await readPem(openbaoCaFile === undefined ? 'BAO_CACERT' : '--openbao-ca-file', bundle, world);
  const forgejoCa = caFile === undefined ? undefined : await readPem('--ca-file', caFile, world);
  return {
    address,
    mount,
    roles: options.openbaoRole ?? [],
    namespace: variable('BAO_NAMESPACE', world) ?? null,
    token: await readToken(tokenFile, world),
    forgejo: url === undefined ? null : { url: baseUrl('--url', url), ...(forgejoCa === undefined ? {} : { ca: forgejoCa }) },
    ...(ca === undefined ? {} : { ca }),
  };
}

function readAddress(given: string | true, world: CliWorld): string {
  if (given !== true) return baseUrl('--openbao', given);
  const address = variable('BAO_ADDR', world);
  if (address === undefined) throw new CliError('--openbao: name the address of OpenBao, or set BAO_ADDR');
  return baseUrl('BAO_ADDR', address);
}

function baseUrl(source: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CliError(`${source}: must be an http or https URL without user, query or fragment`);
  }
  return url.href.replace(/\/+$/, '');
}

function readMount(text: string): string {
  const mount = text.replace(/^auth\//, '').replace(/\/+$/, '');
  if (steps(mount) !== mount) throw new CliError('--openbao-mount: must be the path of an auth mount, such as forgejo');
  return mount;
}

/** Never an argument: those stand in the shell's history and in the list of processes. */
async function readToken(file: string | undefined, world: CliWorld): Promise<string> {
  const source = file === undefined ? 'BAO_TOKEN' : `--openbao-token-file ${file}`;
  const text = file === undefined ? variable('BAO_TOKEN', world) : await readArgument('--openbao-token-file', file, world);
  if (text === undefined) throw new CliError('no token: set BAO_TOKEN, or name a file with --openbao-token-file (- is stdin)');
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new CliError(`${source}: holds no token: one line of printable characters without spaces`);
  return token;
}

async function readPem(option: string, path: string, world: CliWorld): Promise<string> {
  const pem = await readArgument(option, path, world);
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new CliError(`${option} ${path}: holds no PEM certificate`);
  return pem;
}

function variable(name: string, { env }: CliWorld): string | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : value;
}

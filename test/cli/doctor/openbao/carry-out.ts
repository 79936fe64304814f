/** Does what a fix says, in as far as it is a command that writes a role or the config. */
import type { BaoWorld } from './world.ts';

const ROLE = /echo '((?:[^']|'\\'')*)' \| bao write auth\/forgejo\/role\/(\S+) -/g;
const CONFIG = /bao write auth\/forgejo\/config((?: [a-z_]+=\S+)+)/g;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const FILE = '-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----';

export function hasCommand(fix: string): boolean {
  return [...fix.matchAll(ROLE), ...fix.matchAll(CONFIG)].length > 0;
}

export function carryOut(world: BaoWorld, fix: string): BaoWorld {
  const roles = { ...world.roles };
  for (const [, quoted = '', name = ''] of fix.matchAll(ROLE)) {
    const body: unknown = JSON.parse(quoted.replaceAll(String.raw`'\''`, "'"));
    if (typeof body === 'object') roles[name] = { ...roles[name], ...Object.fromEntries(Object.entries(body ?? {}).map(inSeconds)) };
  }
  const [written] = [...fix.matchAll(CONFIG)].map(([, fields = '']) => fields.trim().split(' '));
  return { ...world, roles, config: written === undefined ? world.config : configOf(written) };
}

/** A write of a config resets what it leaves out. */
function configOf(words: readonly string[]): BaoWorld['config'] {
  const fields = words.map((each) => {
    const at = each.indexOf('=');
    const [name, value] = [each.slice(0, at), each.slice(at + 1)];
    return [name, ['jwt_supported_algs', 'jwt_validation_pubkeys'].includes(name) ? value.split(',').map(read) : read(value)];
  });
  return { status: 'valid', ...Object.fromEntries(fields) };
}

function read(value: string): string {
  return value.startsWith('@') ? FILE : value;
}

function inSeconds([name, value]: readonly [string, unknown]): readonly [string, unknown] {
  const [, count = '', unit = ''] = typeof value === 'string' ? (/^(\d+)([smh])$/.exec(value) ?? []) : [];
  return [name, count === '' ? value : Number(count) * (UNITS[unit] ?? 1)];
}

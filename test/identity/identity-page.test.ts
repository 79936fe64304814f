/** docs/identity.md: its commands run, its diff is the samples', its tables have what there is. What needs a real `bao` is only parsed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../temporary-directory.ts';
import { attacks } from './support/attacks.ts';
import { mountNames, readRole, roleNames } from './support/deployed.ts';
import { ACTION, SHELLS } from './support/job.ts';
import { pairOf } from './support/recordings.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const FAKE = new URL('support/fake-bao.sh', import.meta.url).pathname;
const page = readFileSync(join(ROOT, 'docs/identity.md'), 'utf8');

/** Fenced blocks of that language. */
function blocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
}

/** First cells of all tables. */
const cells = [...page.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell);
const commands = blocks('sh');

/** What was recorded as a mount's own keys. */
function keysOf(label: string): readonly string[] {
  const body = pairOf(label).request.body as { readonly jwt_validation_pubkeys: readonly string[] };
  return body.jwt_validation_pubkeys;
}

let folder = '';

describe('the commands', () => {
  it.each(SHELLS)('are ones that %s can read', (shell) => {
    const [program = '', ...args] = shell.split(' ');
    for (const input of commands) expect(spawnSync(program, [...args, '-n'], { input, encoding: 'utf8' }).stderr).toBe('');
    expect(commands.length).toBeGreaterThan(4);
  });

  const setUps = commands.flatMap((block) => block.split('\n').filter((line) => line.startsWith('deploy/openbao/setup.sh')));

  it.each(setUps)('%s: does what it should', (command) => {
    folder = temporaryDirectory();
    const env = { PATH: process.env['PATH'], BAO_BIN: FAKE, STORE: folder };
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: ROOT, env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const config = mountNames.find((name) => command.includes(`mount/${name}.json`)) ?? 'discovery';
    expect(readFileSync(join(folder, 'auth/forgejo/config'), 'utf8')).toBe(
      readFileSync(join(ROOT, `deploy/openbao/mount/${config}.json`), 'utf8'),
    );
  });

  it('make of the keys that Forgejo shows the PEM that OpenBao took', () => {
    const [jwks = ''] = keysOf('config: pubkeys JWK json (not PEM)');
    const [taken] = keysOf('config: pubkeys OK');
    const script = /node -p '([^']+)'/.exec(page)?.[1] ?? '';
    expect(execFileSync(process.execPath, ['-p', script], { input: jwks, encoding: 'utf8' }).trim()).toBe(taken?.trim());
  });
});

describe('the migration', () => {
  it('shows the difference of the two samples, and nothing else', () => {
    const labels = ['--label', 'harbor-before.yml', '--label', 'harbor.yml'];
    const { stdout } = spawnSync('diff', ['-u', ...labels, 'harbor-before.yml', 'harbor.yml'], {
      cwd: join(ROOT, 'deploy/actions/samples'),
      encoding: 'utf8',
    });
    expect(blocks('diff')).toEqual([stdout]);
  });
});

describe('the tables', () => {
  it.each(attacks)('have the attack: $attack', ({ attack }) => {
    expect(cells).toContain(attack);
  });

  it('have every role, and every line of one', () => {
    for (const name of roleNames) expect(cells).toContain(`\`${name}\``);
    const { bound_claims: claims, ...role } = readRole('acme-app');
    const explained = cells.join(' ');
    expect([...Object.keys(role), ...Object.keys(claims)].filter((line) => !explained.includes(line))).toEqual([]);
  });

  it('have every input of the action, with its default', () => {
    const { inputs } = parse(readFileSync(`${ACTION}action.yml`, 'utf8')) as {
      readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
    };
    for (const [name, { default: value }] of Object.entries(inputs)) {
      const row = new RegExp(`^\\| \`${name}\` \\|(.*?)\\|`, 'm').exec(page)?.[1];
      expect([name, row]).toEqual([name, value === undefined ? expect.any(String) : ` \`${value}\` `]);
    }
    const composite = parse(readFileSync(`${ACTION}composite/action.yml`, 'utf8')) as {
      readonly inputs: unknown;
      readonly runs: { readonly steps: readonly [{ readonly env: object }] };
    };
    expect(composite.inputs).toEqual(inputs);
    expect(Object.keys(composite.runs.steps[0].env)).toEqual(Object.keys(inputs).map((name) => `INPUT_${name.toUpperCase()}`));
  });
});

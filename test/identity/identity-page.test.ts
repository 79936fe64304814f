/** docs/identity.md: its commands run, its diff is the samples', its tables have what there is. What needs a real `bao` is only parsed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../temporary-directory.ts';
import { mainPush, timed } from './support/attack.ts';
import { attacks } from './support/attacks.ts';
import { MOUNT, mountNames, readDeployed, readRole, roleNames } from './support/deployed.ts';
import { evaluate } from './support/evaluate.ts';
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

describe('the commands', () => {
  it.each(SHELLS)('are ones that %s can read', (shell) => {
    const [program = '', ...args] = shell.split(' ');
    for (const input of commands) expect(spawnSync(program, [...args, '-n'], { input, encoding: 'utf8' }).stderr).toBe('');
    expect(commands.length).toBeGreaterThan(4);
  });

  const setUps = commands.flatMap((block) => block.split('\n').filter((line) => line.startsWith('openbao/setup.sh')));
  const copying = commands.find((block) => block.startsWith('cp -R deploy/openbao ')) ?? '';
  const renaming = commands.find((block) => block.startsWith('find openbao/mount ')) ?? '';

  function copyOfFiles(): string {
    const copy = temporaryDirectory();
    cpSync(join(ROOT, 'deploy/openbao'), join(copy, 'deploy/openbao'), { recursive: true });
    expect(spawnSync('sh', ['-ec', copying], { cwd: copy, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    return copy;
  }

  it('put the names of the reader into all files of the copy, and leave nothing beside them', () => {
    const copy = copyOfFiles();
    expect(spawnSync('sh', ['-ec', renaming], { cwd: copy, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    const files = globSync('openbao/{mount,roles,policies}/**/*.*', { cwd: copy });
    const expected = globSync('deploy/openbao/{mount,roles,policies}/**/*.*', { cwd: ROOT });
    expect(files.toSorted()).toEqual(
      expected.map((file) => file.replace('deploy/', '').replace('ci-repo-acme/app', 'ci-repo-corp/shop')).toSorted(),
    );
    const named = files.flatMap((file) =>
      [...readFileSync(join(copy, file), 'utf8').matchAll(/.*(?:acme\/|"acme"|example\.org).*/g)].map(([line]) => `${file}: ${line}`),
    );
    expect(named).toEqual([]);
    const role = JSON.parse(readFileSync(join(copy, 'openbao/roles/acme.json'), 'utf8')) as { readonly bound_claims: object };
    expect(role.bound_claims).toMatchObject({ repository: 'corp/*', repository_owner: 'corp' });
  });

  it.each(setUps)('%s: does what it should', (command) => {
    const folder = temporaryDirectory();
    const env = { PATH: process.env['PATH'], BAO_BIN: FAKE, STORE: folder };
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: copyOfFiles(), env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const config = mountNames.find((name) => command.includes(`mount/${name}.json`)) ?? 'discovery';
    expect(readFileSync(join(folder, 'auth/forgejo/config'), 'utf8')).toBe(
      readFileSync(join(ROOT, `deploy/openbao/mount/${config}.json`), 'utf8'),
    );
  });

  it('store what is typed without the line break behind it', () => {
    const puts = commands.join('').match(/^.*\bbao kv put .*=-$/gm) ?? [];
    expect(puts.length).toBeGreaterThan(4);
    expect(puts.filter((line) => !/^printf %s "\$[A-Z_]+" \| bao kv put /.test(line))).toEqual([]);
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

interface ExampleStep {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Example {
  readonly on: object;
  readonly 'enable-openid-connect'?: boolean;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly ExampleStep[] }>>;
}

/** Every workflow that the page, or a sample, gives to be copied and that asks OpenBao. */
const examples = [...blocks('yaml'), readFileSync(join(ROOT, 'deploy/actions/samples/harbor.yml'), 'utf8')]
  .filter((text) => text.includes('/openbao-login@'))
  .map((text) => {
    const workflow = parse(text) as Example; // what it must have is what the tests say
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    const inputs = steps.find(({ uses = '' }) => uses.includes('/openbao-login@'))?.with ?? {};
    const reads = (inputs['secrets'] ?? '').trim().split('\n');
    return { text, workflow, steps, inputs, reads, role: inputs['role'] ?? '' };
  });

/** Path and key of every `bao kv put` of the page. */
const stored = commands.flatMap((block) =>
  [...block.matchAll(/\bbao kv put -mount=kv (\S+) (.+)$/gm)].flatMap(([, path = '', pairs = '']) =>
    [...pairs.matchAll(/(\w+)=/g)].map(([, key]) => `kv/data/${path} ${key}`),
  ),
);

function pathsGrantedBy(role: string): readonly string[] {
  return readRole(role)
    .token_policies.map((policy) => readDeployed(`policies/${policy.replace('{{ .repository }}', 'acme/app')}.hcl`))
    .flatMap((text) => [...text.matchAll(/^path "([^"]+)"/gm)].map(([, path = '']) => path));
}

describe('the workflows to copy', () => {
  it('are the whole one of the page, that of the organization, and the sample', () => {
    expect(examples.map(({ role }) => role)).toEqual(['acme-app', 'acme', 'acme-app']);
  });

  it.each(examples)('$role: is whole, with what starts it and what it gets a token by', ({ workflow, text, steps }) => {
    expect(workflow['enable-openid-connect']).toBe(true);
    expect(Object.keys(workflow.on)).toContain('push');
    const builds = text.includes('docker buildx build');
    expect(steps[0]?.uses?.startsWith('actions/checkout@') === true).toBe(builds);
  });

  it.each(examples)('$role: reads only what the policies of its role grant', ({ role, reads }) => {
    const granted = pathsGrantedBy(role);
    expect(reads.map((line) => line.split(' ')[0]).filter((path = '') => !granted.includes(path))).toEqual([]);
  });

  it.each(examples)('$role: reads only what the page has stored, by the keys it has there', ({ reads }) => {
    const wanted = reads.flatMap((line) => {
      const [, path = '', key] = /^(\S+)(?: (\S+))? -> (?:env|file|docker) \S+$/.exec(line) ?? [];
      return (key === undefined ? ['username', 'password'] : [key]).map((one) => `${path} ${one}`);
    });
    expect(wanted.length).toBeGreaterThan(1);
    expect(wanted.filter((one) => !stored.includes(one))).toEqual([]);
  });

  it.each(examples)(
    '$role: gets in by it, with the audience that it names, on main and for each of its events',
    ({ role, inputs, workflow }) => {
      const events = Object.keys(workflow.on);
      const aud = inputs['audience'] ?? 'openbao';
      const nowSeconds = 1_795_500_000;
      for (const event_name of events) {
        const claims = timed({ ...mainPush, event_name, aud }, nowSeconds);
        expect(evaluate({ mount: MOUNT, role: readRole(role), alg: 'RS256', claims, nowSeconds })).toEqual({ kind: 'accepted' });
      }
    },
  );

  it('are for the file that the role is bound to, and use what they have read', () => {
    const [whole] = examples;
    const [file] = String(readRole('acme-app').bound_claims['workflow_ref']).replace('acme/app/', '').split('@');
    expect(page).toContain(`this is all of \`${file}\``);
    const [, name = ''] = /-> file (\S+)/.exec(whole?.text ?? '') ?? [];
    expect(whole?.text).toContain(`--key "$OPENBAO_FILES/${name}"`);
  });

  it('name one address of OpenBao, which is that of the pool', () => {
    const addresses = [...page.matchAll(/(?:address|BAO_ADDR): (https:\S+)/g)].map(([, address]) => address);
    expect(new Set(addresses)).toEqual(new Set(['https://openbao.example.org:8200']));
  });
});

describe('what is said of versions', () => {
  const texts = ['docs/**/*.md', 'deploy/**/*.{md,yml,yaml,sh,tf,hcl,json}', 'README.md', 'src/**/*.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: ROOT }),
  );
  const said = texts.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/OpenBao[\s*]+(\d+\.\d+(?:\.\d+)?)/g)].map(([, version]) => ({ file, version })),
  );

  it('of OpenBao is one thing: 2.6 is needed, 2.6.2 was measured', () => {
    expect(said.length).toBeGreaterThan(4);
    expect(said.filter(({ version = '' }) => !['2.6', '2.6.2'].includes(version))).toEqual([]);
    expect(page).toContain('OpenBao 2.6 or newer');
  });
});

describe('the tables', () => {
  it.each(attacks)('have the attack: $attack', ({ attack }) => {
    expect(cells).toContain(attack);
  });

  it('have every role with its audience, and every line of one', () => {
    for (const name of roleNames)
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| [^|]+ \\| \`${readRole(name).bound_audiences[0]}\` \\|`, 'm'));
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

/** What people run runners with today, by folder of test/cli/fixtures/migrate, and the pools that are made of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { validateSpec } from '../../../src/api/validate.ts';
import { migrate } from '../../../src/cli/migrate/migrate.ts';
import type { Wishes } from '../../../src/cli/migrate/part.ts';
import { cli } from '../support/cli.ts';

const FIXTURES = 'test/cli/fixtures/migrate';
const root = join(import.meta.dirname, '../../..');
const cases = readdirSync(join(root, FIXTURES));
const NO_WISHES: Wishes = { url: null, scope: null, tokenSecret: null, namespace: null, mode: null };
/** Every secret of the fixtures begins so. */
const CANARY = /canary/;

interface Pool {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly [field: string]: unknown;
    readonly forgejo: { readonly url: string; readonly scope: unknown; readonly tokenSecretRef: unknown };
    readonly mode: string;
    readonly minRunners: number;
    readonly maxRunners: number;
  };
}

function poolsIn(yaml: string): readonly Pool[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Pool);
}

function textsOf(folder: string): readonly string[] {
  return readdirSync(join(root, FIXTURES, folder)).map((name) => readFileSync(join(root, FIXTURES, folder, name), 'utf8'));
}

describe.each(cases)('%s', (folder) => {
  it('becomes what it did before', async () => {
    const { code, out, err } = await cli(['migrate', `${FIXTURES}/${folder}`]);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(`golden/${folder}.yaml.txt`);
    await expect(err).toMatchFileSnapshot(`golden/${folder}.notes.txt`);
  });

  it('becomes pools that the operator accepts, and that say on stderr what they say in their comments', async () => {
    const { out, err } = await cli(['migrate', `${FIXTURES}/${folder}`]);
    const pools = poolsIn(out);
    expect(pools.length).toBeGreaterThan(0);
    for (const { spec } of pools) expect(validateSpec(spec)).toMatchObject({ ok: true, warnings: [] });
    const comments = [...out.matchAll(/^# +- (.*)$/gm)].map(([, note]) => note);
    const notes = [...err.matchAll(/^ +- (.*)$/gm)].map(([, note]) => note);
    expect(notes).toEqual(comments);
  });

  it('becomes pools in which audit finds no error and nothing deprecated', async () => {
    const { out } = await cli(['migrate', `${FIXTURES}/${folder}`]);
    const { code, out: findings } = await cli(['audit', '--format', 'json', '--fail-on', 'error'], out);
    expect({ code, pools: findings.includes('"files": 1') }).toEqual({ code: 0, pools: true });
    expect(findings).not.toMatch(/"rule": "(?!pool-(image-floating|image-old|privileged)")/);
  });

  it('gives away no secret', async () => {
    const { out, err } = await cli(['migrate', `${FIXTURES}/${folder}`]);
    expect(`${out}${err}`).not.toMatch(CANARY);
  });

  it('becomes pools of the same names from stdin', async () => {
    const fromStdin = await cli(['migrate', '-'], textsOf(folder).join('\n---\n'));
    const fromFiles = await cli(['migrate', `${FIXTURES}/${folder}`]);
    const names = (yaml: string): readonly string[] => poolsIn(yaml).map(({ metadata }) => metadata.name);
    expect(names(fromStdin.out)).toEqual(names(fromFiles.out));
  });
});

describe('the fixtures', () => {
  it('have secrets that could be copied', () => {
    expect(cases.filter((folder) => textsOf(folder).some((text) => CANARY.test(text))).length).toBeGreaterThan(5);
  });
});

describe('what the command line says', () => {
  const from = `${FIXTURES}/deployment-dind`;

  it('wins over what is found', async () => {
    const wishes = ['--url', 'https://git.example.org/', '--scope', 'repository:acme/app', '--token-secret', 'api/key', '-n', 'runners'];
    const [pool] = poolsIn((await cli(['migrate', ...wishes, from])).out);
    expect(pool?.metadata).toEqual({ name: 'forgejo-runner', namespace: 'runners' });
    expect(pool?.spec.forgejo).toEqual({
      url: 'https://git.example.org',
      scope: { repository: 'acme/app' },
      tokenSecretRef: { name: 'api', key: 'key' },
    });
  });

  it.each([
    { scope: 'instance', made: { instance: {} } },
    { scope: 'user', made: { user: {} } },
    { scope: 'organization:acme', made: { organization: 'acme' } },
  ])('makes the scope $scope', async ({ scope, made }) => {
    const [pool] = poolsIn((await cli(['migrate', '--scope', scope, from])).out);
    expect(pool?.spec.forgejo.scope).toEqual(made);
  });

  it.each(['instance:acme', 'user:', 'organization', 'organization:', 'repository:acme', 'repository:a/b/c', 'team:x'])(
    'refuses the scope %s',
    async (scope) => {
      const { code } = await cli(['migrate', '--scope', scope, from]);
      expect(code).toBe(2);
    },
  );

  it('makes runners for one job each of a Deployment when it says so', async () => {
    const [pool] = poolsIn((await cli(['migrate', '--mode', 'Ephemeral', from])).out);
    expect(pool?.spec).toMatchObject({ mode: 'Ephemeral', minRunners: 0, maxRunners: 2 });
  });
});

/** A Deployment whose configuration file gives jobs a variable, and their containers options. */
function configured(variable: string, options: string): string {
  const container = { name: 'runner', image: 'data.forgejo.org/forgejo/runner:12.8.2', command: ['forgejo-runner', 'daemon'] };
  const volumes = [{ name: 'config', configMap: { name: 'config' } }];
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'runner' },
      spec: { template: { spec: { containers: [container], volumes } } },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'config' },
      data: { 'config.yaml': stringify({ runner: { envs: { SETTINGS: variable } }, container: { options } }) },
    },
  ]
    .map((object) => stringify(object))
    .join('---\n');
}

describe('a secret within a longer value, whose name does not tell', () => {
  it.each([
    { value: '-Ddb.password=canary -Xmx1g', because: 'options of a program' },
    { value: 'Server=db;Uid=ci;Pwd=canary;', because: 'the address of a database' },
    { value: '{"token": "canary"}', because: 'JSON' },
    { value: 'api-key: canary', because: 'YAML' },
    { value: 'Authorization: Bearer canary', because: 'a header' },
    { value: 'postgres://ci:canary@db/app', because: 'a URL' },
    { value: '-----BEGIN PRIVATE KEY-----\ncanary', because: 'PEM' },
  ])('is copied neither from a variable of jobs nor from options of their containers: $because', async ({ value }) => {
    const { out, err } = await cli(['migrate', '-'], configured(value, `--add-host=a:10.0.0.7 --label ${value}`));
    expect(poolsIn(out)).toHaveLength(1);
    expect(`${out}${err}`).not.toMatch(CANARY);
    expect(err).toContain('may be secrets: SETTINGS;');
    expect(err).toContain('configuration container.options:');
  });

  it('is not seen in what only speaks of one', async () => {
    const { out } = await cli(['migrate', '-'], configured('-Dretry.basic -Xmx1g', '--add-host=a:10.0.0.7'));
    expect(poolsIn(out)[0]?.spec['runner']).toEqual({
      config: { container: { options: '--add-host=a:10.0.0.7' } },
      envs: { SETTINGS: '-Dretry.basic -Xmx1g' },
    });
  });
});

describe('several inputs', () => {
  it('become several pools, each name once in its namespace', async () => {
    const { out } = await cli(['migrate', `${FIXTURES}/deployment-dind`, `${FIXTURES}/deployment-dind`, `${FIXTURES}/keda`]);
    expect(poolsIn(out).map(({ metadata }) => metadata)).toEqual([
      { name: 'forgejo-runner' },
      { name: 'forgejo-runner-2' },
      { name: 'forgejo-runner', namespace: 'runners' },
      { name: 'forgejo-runner', namespace: 'other' },
    ]);
  });

  it('without a runner become nothing, which is said', async () => {
    const { code, out, err } = await cli(['migrate', 'test/cli/fixtures/estate/clusters/prod/runners/cronjob.yaml']);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'Nothing was found to make a pool from.\n' });
  });
});

/** A document with one of its values replaced, wherever it stands. */
function replaced(value: unknown, at: number, by: unknown): unknown {
  let count = 0;
  return walk(value);

  function walk(node: unknown): unknown {
    count += 1;
    if (count === at) return by;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, walk(member)]));
  }
}

describe('whatever is read', () => {
  const documents = cases.flatMap((folder) =>
    textsOf(folder).map((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown)),
  );
  const odd = fc.constantFrom<unknown>(
    null,
    0,
    -1,
    1.5,
    1e9,
    '',
    'x y',
    '\u0000',
    'a:b:c',
    '$(X)',
    [],
    {},
    [null],
    { a: { b: 1 } },
    true,
    'x'.repeat(3000),
    ['a', 'a'],
    '{{ x }}',
  );

  it('becomes valid pools or none, the same each time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.integer({ min: 1, max: 200 }), odd, (objects, at, by) => {
        const text = objects.map((object) => stringify(replaced(object, at, by), { aliasDuplicateObjects: false })).join('---\n');
        const migration = migrate([{ file: 'a.yaml', text }], NO_WISHES);
        expect(migrate([{ file: 'a.yaml', text }], NO_WISHES)).toEqual(migration);
        for (const { pool } of migration.pools) {
          const { spec, metadata } = parse(stringify(pool)) as Pool;
          expect(validateSpec(spec)).toMatchObject({ ok: true });
          expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** What the documentation tells people to type: shells can read it, the options exist, and what can run here is run. */
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../temporary-directory.ts';
import { PAGES, ROOT } from './support/pages.ts';

const run = promisify(execFile);
const SHELLS = new Set(['sh', 'bash', 'shell']);
const blocks = PAGES.flatMap((page) => page.blocks);
const scripts = blocks.filter(({ language }) => SHELLS.has(language));
/** A session shows what is typed behind a `$`. */
const sessions = blocks
  .filter(({ language }) => language === 'console')
  .map((block) => ({ ...block, text: [...block.text.matchAll(/^\$ (.*)$/gm)].map(([, typed = '']) => `${typed}\n`).join('') }));

interface Typed {
  readonly page: string;
  readonly line: number;
  readonly command: string;
}

/** One command each; a backslash at the end of a line goes on. */
const commands: readonly Typed[] = [...scripts, ...sessions].flatMap(({ page, line, text }) =>
  text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((command) => ({ page, line, command: command.trim() }))
    .filter(({ command }) => command !== '' && !command.startsWith('#')),
);

describe('what a shell is given', () => {
  it('is plenty', () => {
    expect(scripts.length).toBeGreaterThan(60);
    expect(commands.length).toBeGreaterThan(150);
  });

  it('can be read by one', () => {
    const refused = [...scripts, ...sessions].flatMap(({ page, line, text }) => {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: text.replaceAll('…', ''), encoding: 'utf8' });
      return status === 0 ? [] : [`${page}:${line}: ${stderr.trim()}`];
    });
    expect(refused).toEqual([]);
  });
});

describe('what kubectl applies from the checkout', () => {
  /** Files that a page has the reader write, and folders of the reader's own. */
  const OWN = /^(\.|-|\.\/.*|[a-z-]+\.yaml)$/;
  const applied = commands.flatMap(({ page, line, command }) =>
    [...command.matchAll(/\b(?:apply|delete|create|diff|kustomize)\b[^|;]*? -([kf]) ([^\s|;]+)/g)].map(([, flag = '', path = '']) => ({
      page,
      line,
      flag,
      path,
    })),
  );

  it('is there', () => {
    const gone = applied
      .filter(({ path }) => !path.startsWith('https:') && !OWN.test(path))
      .filter(({ flag, path }) => !existsSync(join(ROOT, path, flag === 'k' ? 'kustomization.yaml' : '')));
    expect(applied.length).toBeGreaterThan(15);
    expect(gone).toEqual([]);
  });
});

/** `audit --fail-on warning deploy` of a line that calls our program, up to what follows it in a pipe. */
const calls = commands.flatMap(({ page, line, command }) =>
  [...command.matchAll(/(?:npm run -s cli --|\bforgejo-runner-operator) ([a-z]+)((?: [^|>;&]*)?)/g)].map(([, name = '', rest = '']) => ({
    page,
    line,
    name,
    rest,
  })),
);
const NAMES = ['audit', 'doctor', 'plan', 'migrate', 'crd', 'schema'];

describe('our own program', () => {
  const ours = calls.filter(({ name }) => NAMES.includes(name));

  it('is called often', () => {
    expect(ours.length).toBeGreaterThan(15);
  });

  it.each(NAMES)('%s has every option that the pages use', async (name) => {
    const { stdout } = await run(process.execPath, ['src/cli/main.ts', name, '--help'], { cwd: ROOT });
    const known = new Set(stdout.match(/--[a-z][a-z-]*/g));
    const used = ours
      .filter((call) => call.name === name)
      .flatMap(({ page, line, rest }) => (rest.match(/(?<= )--[a-z][a-z-]*/g) ?? []).map((option) => ({ page, line, option })));
    expect(used.filter(({ option }) => !known.has(option))).toEqual([]);
  });

  const here = [
    ...new Set(
      commands
        .map(({ command }) => command)
        .filter((command) => /^npm run -s cli -- (audit( --fail-on \w+)? deploy|crd|schema)$/.test(command)),
    ),
  ];

  it.each(here)('does what the pages say with what is shipped: %s', async (command) => {
    const { stdout } = await run('sh', ['-c', command], { cwd: ROOT, maxBuffer: 2 ** 24 });
    expect(stdout).not.toBe('');
  });

  it('is among them', () => {
    expect(here).toContain('npm run -s cli -- audit --fail-on warning deploy');
  });

  /** With what a reader has in the current folder by then: a pool, and the runners that are to be moved over. */
  const withFiles = [
    ...new Set(
      commands
        .map(({ command }) => command)
        .filter((command) => /^(npm run -s cli --|forgejo-runner-operator) (plan|migrate) /.test(command))
        .filter((command) => !/ --(live|url|queue|registrations) /.test(`${command} `)),
    ),
  ];

  it('needs no cluster for some of it', () => {
    expect(withFiles.length).toBeGreaterThanOrEqual(5);
    expect(withFiles).toContain('npm run -s cli -- migrate --scope organization:acme runners/ > pools.yaml');
  });

  it.each(withFiles)('does what the pages say with files of the reader: %s', async (command) => {
    const folder = temporaryDirectory();
    cpSync(join(ROOT, 'deploy/samples/ephemeral-organization.yaml'), join(folder, 'pool.yaml'));
    cpSync(join(ROOT, 'test/cli/fixtures/migrate/deployment-dind'), join(folder, 'runners'), { recursive: true });
    const program = `"${process.execPath}" "${join(ROOT, 'src/cli/main.ts')}"`;
    const { stdout } = await run('sh', ['-c', command.replace(/^(npm run -s cli --|forgejo-runner-operator)/, program)], { cwd: folder });
    const file = / > (\S+)$/.exec(command)?.[1];
    expect(file === undefined ? stdout : readFileSync(join(folder, file), 'utf8')).toMatch(/RunnerPool|^Pool |kind: Job/m);
  });
});

describe('docs/quick-start.md', () => {
  const quick = blocks.filter(({ page }) => page === 'docs/quick-start.md');
  const pushing = quick.find(({ text }) => text.startsWith('curl ') && text.includes('WORKFLOW='));

  it('pushes a workflow that its pool serves', () => {
    const printed = spawnSync('sh', ['-c', `curl() { for each; do printf '%s\\n' "$each"; done; }\n${pushing?.text}`], {
      encoding: 'utf8',
    });
    const bodies = printed.stdout.split('\n').filter((line) => line.startsWith('{'));
    const content: unknown = JSON.parse(bodies[1] ?? '{}').content;
    const workflow: unknown = parse(Buffer.from(String(content), 'base64').toString());
    expect(JSON.parse(bodies[0] ?? '{}')).toEqual({ name: 'hello', auto_init: true });
    expect(workflow).toMatchObject({ on: ['push'], jobs: { hello: { 'runs-on': 'shell' } } });
    const pool: unknown = parse(quick.find(({ text }) => text.includes('kind: RunnerPool'))?.text ?? '');
    expect(pool).toMatchObject({ spec: { labels: ['shell:host'], forgejo: { scope: { repository: 'dev/hello' } } } });
  });

  it('installs by the commands of docs/install.md, but for the image, which it loads into kind', () => {
    const install = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');
    const step =
      quick
        .find(({ text }) => text.includes('metacontroller/install'))
        ?.text.trimEnd()
        .split('\n') ?? [];
    expect(step).toHaveLength(7);
    expect(step.filter((command) => !install.includes(command))).toEqual([
      expect.stringMatching(/^docker build /),
      expect.stringMatching(/^kind load /),
    ]);
  });
});

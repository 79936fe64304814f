/** The frame of the command line: help, arguments, exit codes, and that it starts in a checkout and in the image. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/cli/commands.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { cli } from './support/cli.ts';

const root = join(import.meta.dirname, '../..');
const names = COMMANDS.map((define) =>
  define({ env: {}, readStdin: async () => null, print: () => {}, note: () => {}, now: () => 0, exitWith: () => {} }).name(),
);

describe('help', () => {
  it('of the program names every command', async () => {
    const { code, out, err } = await cli(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await expect(out).toMatchFileSnapshot('golden/help.txt');
    expect(names.filter((name) => !out.includes(`\n  ${name}`))).toEqual([]);
  });

  it.each(names)('of %s has examples', async (name) => {
    const { code, out } = await cli([name, '--help']);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(`golden/help-${name}.txt`);
    expect(out).toMatch(/\nExamples?:\n {2}\$ /);
  });

  it('is the same by the word help', async () => {
    expect(await cli(['help', 'audit'])).toEqual(await cli(['audit', '--help']));
  });
});

describe('arguments that are wrong', () => {
  it.each([
    { args: [], says: 'Usage: forgejo-runner-operator', because: 'without a command there is nothing to do' },
    { args: ['frobnicate'], says: "unknown command 'frobnicate'", because: 'there is no such command' },
    { args: ['audit', '--colour'], says: "unknown option '--colour'", because: 'there is no such option' },
    { args: ['audit', '--format', 'xml'], says: "option '--format <format>' argument 'xml' is invalid", because: 'the choices are told' },
    { args: ['audit', '--fail-on', 'note'], says: 'Allowed choices are error, warning, never', because: 'the choices are told' },
    { args: ['audit', 'no/such/path'], says: 'argument path: no/such/path can not be read (ENOENT)', because: 'the path does not exist' },
    { args: ['audit'], says: 'argument path: name files or directories, or pipe', because: 'stdin is a terminal' },
    {
      args: ['migrate', '--scope', 'org:acme', 'deploy'],
      says: '--scope must be instance, user, organization:NAME',
      because: 'the scope is none',
    },
    {
      args: ['migrate', '--url', 'forgejo.example.org', 'deploy'],
      says: '--url must be an http or https URL',
      because: 'the URL has no scheme',
    },
    {
      args: ['migrate', '--token-secret', 'a/b/c', 'deploy'],
      says: '--token-secret must be the name',
      because: 'a Secret has no folders',
    },
    { args: ['migrate', '-n', 'Ci', 'deploy'], says: '--namespace must be the name', because: 'namespaces are in lower case' },
  ])('$args: $because', async ({ args, says }) => {
    const { code, out, err } = await cli(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
  });

  it.each(['audit', 'migrate'])('%s does not take an empty stdin for a cluster in which all is well: kubectl failed', async (command) => {
    const { code, out, err } = await cli([command], '\n');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('argument path: stdin is empty');
  });
});

describe('the program', () => {
  it('starts in a checkout', () => {
    const { status, stdout } = spawnSync('npm', ['run', '-s', 'cli', '--', '--version'], { cwd: root, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${packageJson.version}\n` });
  });

  it('reads stdin, and says by its exit code what it found', () => {
    const input = 'FROM data.forgejo.org/forgejo/runner:6.3.1\n';
    const { status, stdout } = spawnSync(process.execPath, ['src/cli/main.ts', 'audit', '-'], { cwd: root, encoding: 'utf8', input });
    expect(status).toBe(1);
    expect(stdout).toContain('stdin:1: error runner-too-old');
  });

  it('has the name in the image that it has as a package', () => {
    const [, file, name] = /^RUN ln -s \/app\/(\S+) \/usr\/local\/bin\/(\S+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
    // That this file starts by itself is shown in test/build.
    expect(file).toBe('dist/cli.js');
    expect([name]).toEqual(Object.keys(packageJson.bin));
  });

  it('starts by a link to it', () => {
    const [[name, entry] = ['', '']] = Object.entries(packageJson.bin);
    expect(statSync(join(root, entry)).mode & 0o111).toBe(0o111);
    const folder = temporaryDirectory();
    symlinkSync(join(root, entry), join(folder, name));
    const { status, stdout } = spawnSync(join(folder, name), ['--version'], {
      encoding: 'utf8',
      env: { PATH: join(process.execPath, '..') },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${packageJson.version}\n` });
  });
});

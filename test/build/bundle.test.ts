import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../src/build/bundle.ts';
import { licensesOf } from '../../src/build/licenses.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

const directory = temporaryDirectory();
let file = '';
let commandLine = '';

beforeAll(async () => {
  file = await bundle(new URL('../../src/main.ts', import.meta.url), directory, 'main');
  commandLine = await bundle(new URL('../../src/cli/main.ts', import.meta.url), directory, 'cli');
}, 120_000);

describe('the service as one file', () => {
  it('is ASCII, of which the engine keeps a byte for each character', () => {
    expect(/[^\0-\x7f]/.test(readFileSync(file, 'latin1'))).toBe(false);
  });

  it('runs without any package beside it, and knows its configuration', () => {
    const { status, stderr } = spawnSync(process.execPath, [file], { cwd: directory, env: { PORT: 'none' }, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'the configuration is not valid:\n- PORT must be a whole number from 0 to 65535\n',
    });
  }, 60_000);

  it('has the scripts of the runner Pods where it looks for them', () => {
    expect(readdirSync(join(directory, 'children/entrypoint')).toSorted()).toEqual(['job-env.sh', 'one-job.sh']);
  });

  it('has the files of the web page where it looks for them', () => {
    expect(readdirSync(join(directory, 'assets'))).toEqual(expect.arrayContaining(['live.js', 'style.css']));
  });

  it('names the packages that are in it, with their licenses', () => {
    const texts = readFileSync(join(directory, 'main.licenses.txt'), 'utf8');
    expect(texts).toMatch(/^fastify\n-{7}\n\nMIT License/m);
    expect(texts).toMatch(/^@sinclair\/typebox\n/m);
    expect(texts).not.toMatch(/^rolldown\n/m);
  });
});

describe('the command line as one file', () => {
  it('is a program that prints the definition, without any package beside it', () => {
    const { status, stdout, stderr } = spawnSync(commandLine, ['crd'], { cwd: directory, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(readFileSync(join(import.meta.dirname, '../../crds/runnerpools.yaml'), 'utf8'));
  }, 60_000);
});

describe('licenses', () => {
  it('of a package without a license file are what its package.json says', async () => {
    const module = join(import.meta.dirname, '../../node_modules/abstract-logging/index.js');
    const texts = await licensesOf([module, '/elsewhere/src/main.ts'], async () => '{ "license": "MIT" }');
    expect(texts).toBe('abstract-logging\n----------------\n\nLicense: MIT\n');
  });

  it('of a package that names none are refused', async () => {
    const module = join(import.meta.dirname, '../../node_modules/abstract-logging/index.js');
    await expect(licensesOf([module], async () => '{}')).rejects.toThrow('abstract-logging does not say under which license it is');
  });
});

/** The init container that writes the variables of all jobs, and its script as a child process. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { jobEnvironment } from '../../src/children/pod/job-env.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import recorded from './job-env/recorded.json' with { type: 'json' };
import { aSpec, hostSpec, JOB_ENV, pool } from './support/inputs.ts';
import { schemaErrors } from './support/kubernetes-schema.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';
import { MADE_FOR, shells } from './support/shells.ts';

const { image } = aSpec().runner;
const twoSecrets: Partial<RunnerPoolSpec> = {
  runner: { image, envFrom: [{ secretRef: { name: 'one' } }, { secretRef: { name: 'two' } }] },
};
const proxy: RunnerPoolSpec['proxy'] = { http: { url: 'http://proxy:3128', credentialsSecretRef: { name: 'proxy' } } };

describe.each([
  { name: 'secrets', spec: aSpec(twoSecrets), because: 'a later Secret wins' },
  { name: 'proxy', spec: hostSpec({ proxy }), because: 'the address of the Pod is known only in the Pod' },
  {
    name: 'secrets-proxy-resources',
    spec: aSpec({ ...twoSecrets, proxy, resources: { requests: { cpu: '1' }, limits: { memory: '2Gi' } } }),
    because: 'a Secret may name another proxy, and a quota may want limits',
  },
])('the variables of all jobs from $name: $because', ({ name, spec }) => {
  const { initContainers = [], volumes = [], runner, ...others } = jobEnvironment(spec, pool);

  it('are the golden parts of a Pod', async () => {
    const parts = { initContainers, volumes, runner };
    await expect(`${JSON.stringify(parts, null, 2)}\n`).toMatchFileSnapshot(`golden/job-env-${name}.golden.json`);
    expect(others).toEqual({});
  });

  it('fit the schema of a Pod, in canonical form', () => {
    const container = { name: 'runner', image, volumeMounts: runner?.mounts };
    const podSpec = { initContainers, containers: [container], volumes };
    expect(schemaErrors('Pod', { apiVersion: 'v1', kind: 'Pod', spec: podSpec })).toEqual([]);
    expect(measuredAsBad(podSpec)).toEqual([]);
  });
});

it.each([aSpec(), aSpec({ runner: { image, envFrom: [] } }), aSpec({ runner: { image, envs: { A: 'b' } } })])(
  'a pool without Secrets and proxy has no such container',
  (spec) => {
    expect(jobEnvironment(spec, pool)).toEqual({});
  },
);

it('the script is tested under every shell that it is made for where REQUIRE_SHELLS=1 says that they are there, else under one at least', () => {
  expect(shells.length).toBeGreaterThanOrEqual(process.env.REQUIRE_SHELLS === '1' ? MADE_FOR.length : 1);
});

describe.each(shells.map((shell) => ({ shell, name: shell.join(' ') })))('the script under $name', ({ shell }) => {
  let directory = '';

  beforeEach(() => {
    directory = temporaryDirectory();
  });

  function secret(name: string, files: Readonly<Record<string, string>>): string {
    const path = join(directory, name);
    mkdirSync(path);
    for (const [key, value] of Object.entries(files)) writeFileSync(join(path, key), value);
    return path;
  }

  function run(sources: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const [program = '', ...options] = shell;
    const file = join(directory, 'env');
    const { status, stdout, stderr } = spawnSync(program, [...options, fileURLToPath(JOB_ENV), file, ...sources], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
    });
    return { status, said: stdout + stderr, written: readFileSync(file, 'utf8'), mode: statSync(file).mode & 0o777 };
  }

  it('writes what the real reader has read back exactly: every pair that was recorded', () => {
    const path = secret('s', Object.fromEntries(recorded.pairs.map(({ value }, index) => [`K${index}`, value])));
    const { status, said, written } = run([path]);
    const expected = recorded.pairs.map((pair, index) => `K${index}=${pair.written}`);
    expect({ status, said }).toEqual({ status: 0, said: '' });
    expect(written.split('\n').slice(0, -1).toSorted()).toEqual(expected.toSorted());
  });

  it('writes the sources in their order, for the later one wins', () => {
    const paths = [secret('b', { A: '1', NO_PROXY: '2' }), secret('a', { A: '3' })];
    const { written } = run(['HTTP_PROXY', 'NO_PROXY', ...paths], { HTTP_PROXY: 'http://u:p$1"@proxy', NO_PROXY: 'x' });
    expect(written.split('\n')).toEqual([
      'HTTP_PROXY="http://u:p\\$1\\"@proxy${0}"',
      'NO_PROXY="x${0}"',
      'A="1${0}"',
      'NO_PROXY="2${0}"',
      'A="3${0}"',
      '',
    ]);
  });

  it('skips what can be no variable, and says so by name alone', () => {
    const canary = 'canary-5d41402abc4b';
    const path = secret('s', { 'tls.crt': canary, '.dockercfg': canary, '0A': canary, ZERO: `${canary}\0`, GOOD: canary });
    const { status, said, written } = run([path]);
    expect(status).toBe(0);
    expect(written).toBe(`GOOD="${canary}\${0}"\n`);
    expect(said.split('\n').toSorted()).toEqual([
      '',
      'job-env: skipped .dockercfg: it is no name of a variable',
      'job-env: skipped 0A: it is no name of a variable',
      'job-env: skipped ZERO: a variable can hold no zero byte',
      'job-env: skipped tls.crt: it is no name of a variable',
    ]);
  });

  it('writes an empty file when no Secret holds anything', () => {
    expect(run([secret('s', {})])).toMatchObject({ status: 0, said: '', written: '' });
  });

  it('leaves the file to the runner and its group alone', () => {
    expect(run([secret('s', { A: 'b' })]).mode).toBe(0o640);
  });

  it('fails when it can not write: no job must run without its variables', () => {
    const [program = '', ...options] = shell;
    const { status } = spawnSync(program, [...options, fileURLToPath(JOB_ENV), join(directory, 'none', 'env'), secret('s', { A: 'b' })]);
    expect(status).not.toBe(0);
  });
});

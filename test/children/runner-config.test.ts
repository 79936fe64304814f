import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isReadable } from '../../src/api/rules/runner-config-rules.ts';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { runnerConfig } from '../../src/children/runner-config.ts';
import { aSpec, hostSpec, pool } from './support/inputs.ts';

function withRunner(changes: Partial<RunnerPoolSpec['runner']>): RunnerPoolSpec {
  return aSpec({ runner: { ...aSpec().runner, ...changes } });
}

/** As the runner's reader takes it, which speaks YAML 1.1. */
function configOf(spec: RunnerPoolSpec) {
  return parse(runnerConfig(spec, pool), { version: '1.1' });
}

function external(dockerHost: string): RunnerPoolSpec {
  return aSpec({ containerMode: { type: 'External', external: { dockerHost } } });
}

describe('docker_host', () => {
  it.each([
    { spec: hostSpec(), dockerHost: '-', because: 'there is no Docker' },
    { spec: aSpec(), dockerHost: 'unix:///run/dind/docker.sock', because: 'the sidecar listens on a socket, never on TCP' },
    {
      spec: aSpec({ containerMode: { type: 'DindRootless' } }),
      dockerHost: 'unix:///run/dind/docker.sock',
      because: 'a sidecar without privileges does too',
    },
    { spec: external('tcp://docker:2376'), dockerHost: 'tcp://docker:2376', because: 'the daemon is elsewhere' },
    { spec: external('unix:///run/docker.sock'), dockerHost: 'unix:///run/docker.sock', because: 'the daemon is on the node' },
  ])('is $dockerHost: $because', ({ spec, dockerHost }) => {
    expect(configOf(spec).container).toEqual({ docker_host: dockerHost });
  });
});

describe('the section runner', () => {
  it.each([
    { mode: 'Ephemeral', shutdown: undefined, because: 'a cancelled task has to die at TERM' },
    { mode: 'Persistent', shutdown: '600s', because: 'daemon waits for its task at TERM' },
  ] as const)('of mode $mode has a shutdown_timeout of $shutdown: $because', ({ mode, shutdown }) => {
    const { runner } = configOf(aSpec({ mode, jobTimeoutSeconds: 600 }));
    expect(runner).toEqual({ capacity: 1, timeout: '600s', fetch_interval: '2s', ...(shutdown && { shutdown_timeout: shutdown }) });
  });

  it.each([
    { spec: aSpec(), file: undefined, because: 'there is nothing to hide' },
    { spec: withRunner({ envFrom: [] }), file: undefined, because: 'an empty list names no Secret' },
    { spec: withRunner({ envFrom: [{ secretRef: { name: 's' } }] }), file: '/run/job-env/env', because: 'a Secret is not for a ConfigMap' },
    {
      spec: aSpec({ proxy: { http: { url: 'http://proxy:3128' } } }),
      file: '/run/job-env/env',
      because: "the Pod's own address is among what is reached directly",
    },
  ])('has env_file $file: $because', ({ spec, file }) => {
    expect(configOf(spec).runner.env_file).toBe(file);
  });

  it('has the variables that every job gets', () => {
    expect(configOf(withRunner({ envs: { A: '1', B: '' } })).runner.envs).toEqual({ A: '1', B: '' });
    expect(configOf(withRunner({ envs: {} })).runner).not.toHaveProperty('envs');
  });
});

describe("the pool's own configuration", () => {
  it('is merged over ours: maps key by key, lists as a whole', () => {
    const config = {
      runner: { report_retry: { max_retries: 3 } },
      container: { options: '--memory=4g', valid_volumes: ['/data', '/cache'] },
      future: { key: [1, { a: true }] },
    };
    const before = configOf(aSpec());
    expect(configOf(withRunner({ config }))).toEqual({
      ...before,
      runner: { ...before.runner, ...config.runner },
      container: { ...before.container, ...config.container },
      future: config.future,
    });
  });

  it('takes no key of every object for one of ours', () => {
    expect(runnerConfig(withRunner({ config: JSON.parse('{"constructor": {"name": "x"}}') }), pool)).toContain('constructor:\n  name: x\n');
  });
});

describe('text', () => {
  it.each([
    'yes',
    'off',
    'n',
    '~',
    'null',
    '0x1F',
    '014',
    '0o14',
    '1_000',
    '1:30',
    '1e3',
    '.inf',
    '2001-01-01',
    '<<',
    '=',
    '!tag',
    '&a',
    '*a',
    '# x',
    '',
  ])('stays %j', (value) => {
    expect(configOf(withRunner({ envs: { Y: value } })).runner.envs).toEqual({ Y: value });
  });

  it('stays what it is, whatever the rules let pass, on a line of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }).filter(isReadable), (value) => {
        const spec = withRunner({ envs: { A: value }, config: { container: { options: value, valid_volumes: [value] } } });
        const { runner, container } = configOf(spec);
        expect([runner.envs.A, container.options, container.valid_volumes[0]]).toEqual([value, value, value]);
        expect(runnerConfig(spec, pool).split('\n')).toHaveLength(
          runnerConfig(withRunner({ envs: { A: 'x' }, config: { container: { options: 'x', valid_volumes: ['x'] } } }), pool).split('\n')
            .length,
        );
      }),
    );
  });
});

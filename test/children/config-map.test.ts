import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderConfigMap } from '../../src/children/config-map.ts';
import { runnerConfig } from '../../src/children/runner-config.ts';
import { aSpec, assets, hostSpec, pool } from './support/inputs.ts';

function nameOf(changes: Partial<Parameters<typeof renderConfigMap>[0]>): string {
  return renderConfigMap({ pool, spec: aSpec(), assets, ...changes }).metadata.name;
}

describe('the name of a ConfigMap', () => {
  it('is the same for the same content', () => {
    expect(nameOf({})).toBe(nameOf({ spec: aSpec({ maxRunners: 99, paused: true }) }));
  });

  it.each([
    { changes: { spec: hostSpec() }, because: 'the configuration differs' },
    { changes: { assets: { oneJobScript: '#!/bin/sh\n' } }, because: 'an upgrade brought another entrypoint' },
    { changes: { pool: { ...pool, uid: 'another' } }, because: 'names of pools may be equal once they are shortened' },
  ])('is another when $because', ({ changes }) => {
    expect(nameOf(changes)).not.toBe(nameOf({}));
  });

  it.each(['linux', 'a.b', 'x'.repeat(253), `${'x'.repeat(51)}-${'y'.repeat(20)}`])('of pool %s is a DNS label', (name) => {
    expect(nameOf({ pool: { ...pool, name } })).toMatch(/^(?=.{12,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
    expect(nameOf({ pool: { ...pool, name } })).not.toContain('--');
  });
});

describe("the runner's configuration", () => {
  it.each([
    { spec: hostSpec(), dockerHost: '-', because: 'there is no Docker' },
    { spec: aSpec(), dockerHost: 'unix:///run/dind/docker.sock', because: 'the sidecar listens on a socket, never on TCP' },
  ])('names docker_host $dockerHost: $because', ({ spec, dockerHost }) => {
    expect(parse(runnerConfig(spec))).toMatchObject({ container: { docker_host: dockerHost } });
  });

  it.each([
    { mode: 'Ephemeral', shutdown: undefined, because: 'a cancelled task has to die at TERM' },
    { mode: 'Persistent', shutdown: '600s', because: 'daemon waits for its task at TERM' },
  ] as const)('of mode $mode has a shutdown_timeout of $shutdown: $because', ({ mode, shutdown }) => {
    const config = parse(runnerConfig(aSpec({ mode, jobTimeoutSeconds: 600 })));
    expect(config.runner).toEqual({ capacity: 1, timeout: '600s', fetch_interval: '2s', ...(shutdown && { shutdown_timeout: shutdown }) });
  });
});

import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { daemonLaunch } from '../../src/children/pod/launch.ts';
import { CREDENTIALS_PATH } from '../../src/children/pod/layout.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { aSpec, warmTags } from './support/inputs.ts';
import { shells } from './support/shells.ts';

const TOKEN = '0123456789abcdef0123456789abcdef01234567';

/** Behind the making of the work directory. */
function daemon(version: string) {
  const spec = aSpec({ mode: 'Persistent', runner: { image: `registry.example.org/runner:${version}` } });
  return daemonLaunch(spec, warmTags()).command.slice(5);
}

describe('the command of a daemon', () => {
  it.each([
    { version: '12.8.0', because: 'it takes its connection by arguments' },
    { version: '13.0.1', because: 'so do newer ones' },
  ])('$version names its connection, because $because', ({ version }) => {
    expect(daemon(version).slice(0, 2)).toEqual(['forgejo-runner', 'daemon']);
    expect(daemon(version)).toContain('--token-url');
  });

  it.each(['12.5.0', '12.7.2'])('%s writes a registration file first, because it reads no other', (version) => {
    expect(daemon(version).slice(0, 2)).toEqual(['/bin/sh', '-c']);
    expect(daemon(version).join(' ')).not.toContain('--token-url');
  });
});

describe.each(shells.map((shell) => ({ shell, name: shell.join(' ') })))(
  'the registration file of an older daemon, by $name',
  ({ shell }) => {
    let directory: string;

    beforeAll(() => {
      directory = temporaryDirectory();
      writeFileSync(join(directory, 'token'), TOKEN);
      writeFileSync(join(directory, 'forgejo-runner'), '#!/bin/sh\nprintf "%s\\n" "$$" "$@"\n');
      chmodSync(join(directory, 'forgejo-runner'), 0o755);
    });

    it('is made of the pool and the token, for nobody else to read, and the daemon takes the place of the shell', () => {
      const [, option = '', script = '', ...rest] = daemon('12.5.3');
      const [program = '', ...before] = shell;
      const { stdout, pid, stderr } = spawnSync(program, [...before, option, script.replaceAll(CREDENTIALS_PATH, directory), ...rest], {
        cwd: directory,
        env: { PATH: `${directory}:${process.env.PATH}` },
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(stdout.trimEnd().split('\n')).toEqual([String(pid), 'daemon', '--config', '/etc/runner/config.yaml']);
      const file = join(directory, '.runner');
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
        id: 42,
        uuid: '2f6f586d-7b8b-49b6-9837-8de42830ccb4',
        name: 'ci-linux-abcdefghij',
        address: 'https://forgejo.example.org',
        labels: ['docker:docker://node:22-bookworm', 'large:docker://node:22-bookworm'],
        token: TOKEN,
      });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });
  },
);

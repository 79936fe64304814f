import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { daemonLaunch, oneJobLaunch } from '../../src/children/pod/launch.ts';
import { daemonInPlainDirectory, inPlainDirectory } from '../../src/children/pod/plain-directory.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { anInput, aSpec, warmTags } from './support/inputs.ts';
import { shells } from './support/shells.ts';

const SETGID = 0o2000;

/** Prints its process, its name and its arguments, and ends with status 7. */
const PROGRAM = '#!/bin/sh\nprintf "%s\\n" "$$" "${0##*/}" "$@"\nexit 7\n';

describe.each(shells.map((shell) => ({ shell, name: shell.join(' ') })))('the making of a directory, by $name', ({ shell }) => {
  let volume: string;
  let programs: string;

  beforeEach(() => {
    volume = temporaryDirectory();
    programs = temporaryDirectory();
    // As the kubelet leaves the root of a volume of a Pod with fsGroup.
    chmodSync(volume, 0o2777);
  });

  function install(name: string): void {
    writeFileSync(join(programs, name), PROGRAM);
    chmodSync(join(programs, name), 0o755);
  }

  function run([, ...words]: readonly string[]) {
    const [program = '', ...before] = shell;
    const ended = spawnSync(program, [...before, ...words], { env: { PATH: `${programs}:${process.env['PATH']}` }, encoding: 'utf8' });
    return { ...ended, lines: ended.stdout.trimEnd().split('\n') };
  }

  function hasBit(path: string): boolean {
    return (statSync(path).mode & SETGID) !== 0;
  }

  it('is needed: what is made in such a volume has the bit', () => {
    mkdirSync(join(volume, 'other'));
    expect(hasBit(join(volume, 'other'))).toBe(true);
  });

  it.each([
    { form: inPlainDirectory, because: 'a runner works there' },
    { form: (directory: string, command: readonly string[]) => [...daemonInPlainDirectory(directory), ...command], because: 'Docker does' },
  ])('leaves it and what is made in it without the bit, because $because', ({ form }) => {
    const directory = join(volume, 'mine');
    const { status, stderr } = run(form(directory, ['mkdir', join(directory, 'below')]));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect([directory, join(directory, 'below')].map(hasBit)).toEqual([false, false]);
  });

  it('takes the bit from a directory that is there, for a volume may be kept', () => {
    mkdirSync(join(volume, 'mine'));
    run(inPlainDirectory(join(volume, 'mine'), ['true']));
    expect(hasBit(join(volume, 'mine'))).toBe(false);
  });

  it('makes way for the runner, which has its process, its arguments and the say about the status', () => {
    install('forgejo-runner');
    const { pid, status, lines } = run(inPlainDirectory(join(volume, 'mine'), ['forgejo-runner', 'one-job', '', "it's $HOME"]));
    expect({ status, lines }).toEqual({ status: 7, lines: [String(pid), 'forgejo-runner', 'one-job', '', "it's $HOME"] });
  });

  it('starts the runner too where it can not make the directory: its own status 1 would mean that a registration is unknown', () => {
    install('forgejo-runner');
    writeFileSync(join(volume, 'file'), '');
    const { status, lines } = run(inPlainDirectory(join(volume, 'file', 'mine'), ['forgejo-runner', 'daemon']));
    expect({ status, name: lines[1] }).toEqual({ status: 7, name: 'forgejo-runner' });
  });

  it('starts the daemon by the entrypoint of its image, in its own place', () => {
    install('dockerd-entrypoint.sh');
    const { pid, status, lines } = run([...daemonInPlainDirectory(join(volume, 'store')), 'dockerd', '--debug']);
    expect({ status, lines }).toEqual({ status: 7, lines: [String(pid), 'dockerd-entrypoint.sh', 'dockerd', '--debug'] });
  });

  it('starts the daemon itself where the image has no such entrypoint', () => {
    install('dockerd');
    const { pid, status, lines } = run([...daemonInPlainDirectory(join(volume, 'store')), 'dockerd', '--debug']);
    expect({ status, lines }).toEqual({ status: 7, lines: [String(pid), 'dockerd', '--debug'] });
  });

  it('starts no daemon without its directory', () => {
    install('dockerd');
    writeFileSync(join(volume, 'file'), '');
    const { status, stdout } = run([...daemonInPlainDirectory(join(volume, 'file', 'store')), 'dockerd']);
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
  });
});

describe('a runner starts behind the making of its work directory', () => {
  it.each([
    { what: 'for one job', command: oneJobLaunch(aSpec(), warmTags()).command },
    { what: 'as a daemon', command: daemonLaunch(aSpec({ mode: 'Persistent' }), warmTags()).command },
    {
      what: 'as an older daemon',
      command: daemonLaunch(aSpec({ mode: 'Persistent', runner: { image: 'registry.example.org/runner:12.5.0' } }), warmTags()).command,
    },
  ])('$what', ({ command }) => {
    expect(command).toEqual(inPlainDirectory('/home/runner/work', command.slice(5)));
    expect(command.slice(5)).toContain('forgejo-runner');
  });
});

describe('a Docker daemon starts behind the making of its store', () => {
  it.each(['Dind', 'DindRootless'] as const)('as %s', (type) => {
    const pod = renderRunner(anInput({ spec: aSpec({ containerMode: { type } }) })).spec?.template.spec;
    const { command, args = [] } = pod?.initContainers?.find(({ name }) => name === 'dind') ?? {};
    const store = args.find((argument) => argument.startsWith('--data-root='))?.replace('--data-root=', '');
    expect(command).toEqual(daemonInPlainDirectory(store ?? 'none'));
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DIND_SOCKET } from '../../src/children/pod/layout.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { anInput, aSpec } from './support/inputs.ts';
import { shells } from './support/shells.ts';

/** What the kubelet runs in the sidecar before it sends TERM, with another place for the socket. */
function preStop(type: 'Dind' | 'DindRootless', socket: string): readonly string[] {
  const { spec } = renderRunner(anInput({ spec: aSpec({ containerMode: { type } }) }));
  const command = spec?.template.spec?.initContainers?.[0]?.lifecycle?.preStop?.exec?.command ?? [];
  return command.slice(1).map((word) => word.replaceAll(DIND_SOCKET, socket));
}

describe.each(shells.flatMap((shell) => (['Dind', 'DindRootless'] as const).map((type) => ({ shell, type, name: shell.join(' ') }))))(
  'before a sidecar of type $type is told to end, by $name',
  ({ shell, type }) => {
    let directory: string;

    beforeEach(() => {
      directory = temporaryDirectory();
    });

    it('its socket is waited for, because a shell before the daemon hears no TERM', async () => {
      const socket = join(directory, 'docker.sock');
      const [program = '', ...words] = [...shell, ...preStop(type, socket)];
      const child = spawn(program, words, { stdio: 'ignore' });
      const exited = once(child, 'exit');
      const first = await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))]);
      expect(first).toBe('waits');
      const daemon = createServer().listen(socket);
      await once(daemon, 'listening');
      expect(await exited).toEqual([0, null]);
      daemon.close();
      await once(daemon, 'close');
    });
  },
);

import { describe, expect, test } from 'vitest';
import type { ContainerSpec, PodObject } from '../../../src/dev/cluster/objects.ts';
import { type RunningProcess, startProcess } from '../../../src/dev/cluster/process.ts';
import { createMain } from '../../../src/dev/cluster/runner-process.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { createEmbeddedForgejo, type EmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';

const REPOSITORY = 'acme/app';

interface World {
  readonly clock: VirtualClock;
  readonly forgejo: EmbeddedForgejo;
  readonly api: string;
}

function world(): World {
  const clock = createVirtualClock(Date.parse('2026-11-24T23:00:00Z'), { turns: 4 });
  const forgejo = createEmbeddedForgejo({ clock });
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  forgejo.addRepository({ path: REPOSITORY });
  return { clock, forgejo, api: forgejo.addToken({ user: 'dev', scopes: ['write:repository'] }) };
}

interface Registered {
  readonly id: number;
  readonly uuid: string;
  readonly token: string;
}

async function call({ forgejo, api }: World, method: 'POST' | 'DELETE', path: string, body?: object): Promise<string> {
  const response = await forgejo.handle({
    method,
    url: `http://127.0.0.1:3300/api/v1/repos/${REPOSITORY}/actions/runners${path}`,
    headers: { authorization: `token ${api}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: 1000,
  });
  return response.body;
}

async function register(at: World, ephemeral = true): Promise<Registered> {
  return JSON.parse(await call(at, 'POST', '', { name: 'r', ephemeral }));
}

const POD: PodObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-11-24T23:00:00Z' },
  spec: { containers: [] },
  status: { phase: 'Pending' },
};

interface Run {
  readonly registered: Registered;
  readonly subcommand?: 'one-job' | 'daemon';
  /** Without one the runner is warm. */
  readonly handle?: string;
  readonly token?: string;
}

function run({ clock, forgejo }: World, { registered, subcommand = 'one-job', handle, token = registered.token }: Run): RunningProcess {
  const container: ContainerSpec = {
    name: 'runner',
    image: 'data.forgejo.org/forgejo/runner:12.8.2',
    command: [
      ...['/bin/sh', '/etc/runner/one-job.sh', 'forgejo-runner', subcommand, '--url', 'http://127.0.0.1:3300', '--uuid', registered.uuid],
      ...[
        '--token-url',
        'file:/run/credentials/token',
        '--label',
        'self-hosted:host',
        ...(handle === undefined ? [] : ['--handle', handle]),
      ],
    ],
    env: [
      { name: 'PROBE_SECONDS', value: '5' },
      { name: 'WARM', value: handle === undefined ? '1' : '' },
    ],
  };
  const files = new Map([['/run/credentials/token', token]]);
  return startProcess(createMain(forgejo.handle), { clock, pod: POD, container, files });
}

function queue({ forgejo }: World, seconds: number): string {
  return forgejo.queueJob({ repository: REPOSITORY, name: 'build', runsOn: ['self-hosted'], durationMs: seconds * 1000 }).handle;
}

function statusOf({ forgejo }: World): string | undefined {
  return forgejo.jobs()[0]?.status;
}

describe('one-job.sh, assigned', () => {
  test('runs its job and ends with 0, without its registration', async () => {
    const at = world();
    const process = run(at, { registered: await register(at), handle: queue(at, 5) });
    await at.clock.advance(4000);
    expect([process.code(), statusOf(at)]).toEqual([null, 'running']);
    await at.clock.advance(2000);
    expect([process.code(), statusOf(at), at.forgejo.runners()]).toEqual([0, 'success', []]);
  });

  test.each([
    { because: 'a handle that nobody has', handle: '00000000-0000-0000-0000-000000000000', code: 2 },
    { because: 'a token that Forgejo does not know', handle: 'h', token: 'wrong', code: 1 },
    { because: 'a token file with a trailing newline', handle: 'h', token: 'abc\n', code: 1 },
  ])('ends at once: $because', async ({ code, ...options }) => {
    const at = world();
    const process = run(at, { registered: await register(at), ...options });
    await at.clock.advance(1000);
    expect(process.code()).toBe(code);
  });

  test('TERM in mid-job never breaks off the task', async () => {
    const at = world();
    const process = run(at, { registered: await register(at), handle: queue(at, 20) });
    await at.clock.advance(3000);
    process.terminate();
    await at.clock.advance(15_000);
    expect(process.code()).toBeNull();
    await at.clock.advance(5000);
    expect([process.code(), statusOf(at)]).toEqual([0, 'success']);
  });

  test('a cancel is found by the probe: 75', async () => {
    const at = world();
    const handle = queue(at, 120);
    const process = run(at, { registered: await register(at), handle });
    await at.clock.advance(3000);
    at.forgejo.cancelJob(handle);
    await at.clock.advance(10_000);
    expect(process.code()).toBeNull();
    await at.clock.advance(10_000);
    expect([process.code(), statusOf(at)]).toEqual([75, 'cancelled']);
  });

  test('a killed runner leaves its job running and says nothing more', async () => {
    const at = world();
    const process = run(at, { registered: await register(at), handle: queue(at, 10) });
    await at.clock.advance(3000);
    process.kill();
    await at.clock.advance(30_000);
    expect([process.code(), statusOf(at)]).toEqual([137, 'running']);
  });
});

describe('one-job.sh, warm', () => {
  test('polls until there is a job', async () => {
    const at = world();
    const process = run(at, { registered: await register(at) });
    await at.clock.advance(10_000);
    expect(process.code()).toBeNull();
    queue(at, 2);
    await at.clock.advance(6000);
    expect([process.code(), statusOf(at)]).toEqual([0, 'success']);
  });

  test('TERM while idle ends it at once and leaves the registration', async () => {
    const at = world();
    const process = run(at, { registered: await register(at) });
    await at.clock.advance(5000);
    process.terminate();
    await at.clock.advance(1);
    expect([process.code(), at.forgejo.runners().length]).toEqual([0, 1]);
  });

  test('a deregistered one ends with 1 within a poll', async () => {
    const at = world();
    const registered = await register(at);
    const process = run(at, { registered });
    await at.clock.advance(5000);
    await call(at, 'DELETE', `/${registered.id}`);
    await at.clock.advance(3000);
    expect(process.code()).toBe(1);
  });
});

describe('daemon', () => {
  test('takes one job after the other, and ends after its job when told to', async () => {
    const at = world();
    const process = run(at, { registered: await register(at, false), subcommand: 'daemon' });
    queue(at, 2);
    await at.clock.advance(8000);
    queue(at, 10);
    await at.clock.advance(5000);
    process.terminate();
    await at.clock.advance(1000);
    expect(process.code()).toBeNull();
    await at.clock.advance(10_000);
    expect([process.code(), at.forgejo.jobs().map((job) => job.status)]).toEqual([0, ['success', 'success']]);
    expect(at.forgejo.runners()).toHaveLength(1);
  });
});

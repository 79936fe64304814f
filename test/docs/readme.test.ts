/** The README's commands, run as they stand there; what needs a cluster or a new install is left to a person. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../src/compose.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trimEnd().split('\n'));

/** A command and the block without a language that follows it: what it prints. */
const documented = blocks.flatMap(({ language, text }, index) => {
  const output = blocks[index + 1];
  return language === 'sh' && output?.language === '' ? [{ command: text.trimEnd(), output: output.text }] : [];
});

async function run(command: string): Promise<{ readonly code: unknown; readonly stdout: string }> {
  const child = spawn('bash', ['-c', command], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout };
}

test('the two commands of a fresh machine stand first', () => {
  expect(commands.slice(0, 2)).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
});

/** The commands that need a cluster are checked by their form alone: what is applied, made and waited for. */
const ON_A_CLUSTER: readonly RegExp[] = [
  /^kubectl (-n \S+ )?apply (--server-side )?-[kf] \S+$/,
  /^kubectl label namespace [a-z-]+ pod-security\.kubernetes\.io\/enforce=privileged$/,
  /^kubectl create namespace [a-z-]+$/,
  /^(openssl rand -hex 32 \| )?kubectl -n \S+ create secret generic [a-z-]+ --from-file=token=\S+$/,
  /^kubectl -n \S+ (get runnerpools|rollout status deployment\/[a-z-]+)$/,
  /^docker build -t [a-z-]+:\d+\.\d+\.\d+ \.$/,
];
const HERE = /^(npm ci && npm (run demo|test)|curl -sS --json .*)$/;

test('every command is one that this test knows how to check', () => {
  const unknown = commands.filter((command) => ![HERE, ...ON_A_CLUSTER].some((form) => form.test(command)));
  expect(unknown).toEqual([]);
});

test('every path that a command or a link names exists', () => {
  const named = [...commands.join('\n').matchAll(/@(\S+)|apply (?:--server-side )?-[kf] (?!https:)(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const linked = [...readme.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
  for (const path of [...named, ...linked])
    expect(() => readFileSync(join(root, path, extname(path) === '' && path !== 'LICENSE' ? 'kustomization.yaml' : ''))).not.toThrow();
});

test('every command for a cluster stands in docs/install.md too, but for the name of the image', () => {
  const install = readFileSync(join(root, 'docs/install.md'), 'utf8');
  const missing = commands.filter((command) => ON_A_CLUSTER.some((form) => form.test(command)) && !install.includes(command));
  expect(missing).toEqual([`docker build -t forgejo-runner-operator:${VERSION} .`]);
});

describe('beside npm run dev', () => {
  let dev: ChildProcess;

  beforeAll(async () => {
    dev = spawn('npm', ['run', '-s', 'dev'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const ready = new Promise<void>((resolve, reject) => {
      dev.stdout?.setEncoding('utf8').on('data', (chunk: string) => chunk.includes('"listening"') && resolve());
      dev.once('exit', (code) => reject(new Error(`npm run dev ended with ${code}: are ports 3000, 8080 and 9090 free?`)));
    });
    await ready;
  });

  afterAll(async () => {
    const ended = once(dev, 'exit');
    if (dev.pid !== undefined) process.kill(-dev.pid, 'SIGTERM');
    await ended;
  });

  test('there are documented answers', () => {
    expect(documented).toHaveLength(3);
  });

  test.each(documented)('$command prints what the README says', async ({ command, output }) => {
    expect(await run(command)).toEqual({ code: 0, stdout: output });
  });
});

test('npm run demo ends by itself with every check held, and with its figures as one line of JSON', async () => {
  const { code, stdout } = await run('npm run -s demo -- --json');
  const last: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect({ code, last }).toEqual({
    code: 0,
    last: {
      jobs: { queued: 60, succeeded: 60, failed: 0 },
      left: { registrations: 0, children: 0, pods: 0 },
      peakRunners: 19,
      queueToJobSeconds: { p50: expect.any(Number), p99: expect.any(Number) },
      elapsedSeconds: expect.any(Number),
    },
  });
}, 90_000);

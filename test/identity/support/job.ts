/** A job as forgejo-runner runs one on the host: files for the environment and the state, masks in its log, `post` at the end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporaryDirectory } from '../../temporary-directory.ts';
import { maskedLog } from './runner-log.ts';

export const ACTION = new URL('../../../deploy/actions/openbao-login/', import.meta.url).pathname;

/** The shells that images have for sh. */
export const SHELLS = ['dash', 'busybox ash'] as const;
export type Shell = (typeof SHELLS)[number];

type Env = Readonly<Record<string, string>>;

export interface StepEnd {
  readonly code: number;
  /** As the step wrote it, with the runner's commands. */
  readonly raw: string;
}

export interface Job {
  /** The job's own folder for temporary files. */
  readonly temp: string;
  /** What later steps see. */
  env(): Env;
  /** Runs a command line in the shell. */
  run(command: string, env?: Env): Promise<StepEnd>;
  /** `uses:` of an action of ours with its inputs; resolves when its main part has ended. */
  uses(folder: string, inputs: Env): Promise<StepEnd>;
  /** The `post` parts, last first. */
  end(): Promise<readonly StepEnd[]>;
  /** All that its steps wrote, with the runner's commands. */
  raw(): string;
  /** As a person reads it. */
  log(): string;
  /** Every file that is left of the job, with its text. */
  left(): Env;
  close(): void;
}

interface Action {
  readonly inputs?: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: {
    readonly using: string;
    readonly main?: string;
    readonly post?: string;
    readonly steps?: readonly { readonly shell: string; readonly run: string; readonly env?: Env }[];
  };
}

/** `NAME=value` and `NAME<<WORD … WORD`, as the runner reads GITHUB_ENV and GITHUB_STATE. */
export function parseCommandFile(text: string): Env {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    const [, name, word] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && word !== undefined)
      values[name] = lines
        .splice(0, lines.indexOf(word) + 1)
        .slice(0, -1)
        .join('\n');
    else if (line.includes('=')) values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  return values;
}

function filesBelow(folder: string): Env {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]));
}

/** `environment` is what the runner gives every step, beside PATH. */
export function startJob(shell: Shell, environment: Env): Job {
  const root = temporaryDirectory();
  const temp = join(root, 'temp');
  mkdirSync(temp);
  const files = { GITHUB_ENV: join(root, 'env'), GITHUB_OUTPUT: join(root, 'output') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const posts: (() => Promise<StepEnd>)[] = [];
  let raw = '';
  let states = 0;

  function env(): Env {
    return parseCommandFile(readFileSync(files.GITHUB_ENV, 'utf8'));
  }

  async function run(command: string, more: Env = {}): Promise<StepEnd> {
    const [program = '', ...args] = shell.split(' ');
    const child = spawn(program, [...args, '-e', '-c', command.replaceAll(/\bsh "/g, `${shell} "`)], {
      cwd: root,
      env: { PATH: process.env['PATH'], RUNNER_TEMP: temp, ...environment, ...files, ...env(), ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    const [code] = (await once(child, 'close')) as [number | null];
    raw += text;
    return { code: code ?? -1, raw: text };
  }

  async function uses(folder: string, inputs: Env): Promise<StepEnd> {
    const { inputs: known = {}, runs } = parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as Action; // ours, and read by its tests
    const given = Object.fromEntries(Object.entries(known).map(([name, input]) => [name, inputs[name] ?? input.default ?? '']));
    const path = { GITHUB_ACTION_PATH: folder.replace(/\/$/, '') };
    if (runs.using === 'composite') {
      const [step] = runs.steps ?? [];
      const filled = Object.entries(step?.env ?? {}).map(([name, text]) => [
        name,
        text.replace(/\$\{\{ inputs\.(\w+) \}\}/, (_, input: string) => given[input] ?? ''),
      ]);
      return run(step?.run ?? '', { ...path, ...Object.fromEntries(filled) });
    }
    states += 1;
    const state = join(root, `state-${states}`);
    writeFileSync(state, '');
    const asInputs = Object.fromEntries(Object.entries(given).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]));
    posts.unshift(() => {
      const kept = Object.entries(parseCommandFile(readFileSync(state, 'utf8'))).map(([name, text]) => [`STATE_${name}`, text]);
      return run(runs.post ?? '', { ...path, ...Object.fromEntries(kept) });
    });
    return run(runs.main ?? '', { ...path, ...asInputs, GITHUB_STATE: state });
  }

  return {
    temp,
    env,
    run,
    uses,
    async end() {
      const ends: StepEnd[] = [];
      for (const post of posts.splice(0)) ends.push(await post());
      return ends;
    },
    raw: () => raw,
    log: () => maskedLog(raw),
    left: () => filesBelow(root),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

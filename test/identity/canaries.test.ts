/** No secret and no token in what is left of a job: its log, its environment as a step dumps it, its outputs, its files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../temporary-directory.ts';
import { ACTION, type Job, SHELLS, startJob } from './support/job.ts';
import { type Answer, CANARIES, GOOD, ID_TOKEN_PATH, type Replay, startReplay } from './support/replay.ts';
import { maskedLog, READERS } from './support/runner-log.ts';

/** With its colon no whole number of base64's groups: the pair's base64 has neither that of the user nor that of the password in it. */
const USER = 'robot$acme+ci';
const PASSWORD = 'lab-robot-pw-acme-app-7Kq2';
const KEY = ['-----BEGIN CANARY-----', '    canary-line-one-of-a-key', 'canary 100%25 line two', 'ab', ''].join('\n');
const PAIR = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
/** All that may never be read by a person, in the forms that tools print. */
const SECRETS = [
  ...Object.values(CANARIES),
  PASSWORD,
  PAIR,
  Buffer.from(PASSWORD).toString('base64'),
  'canary-line-one-of-a-key',
  'canary 100%25 line two',
];
const LINES = [
  'kv/data/ci/acme/app/harbor password -> env HARBOR_PASSWORD',
  'kv/data/ci/acme/app/harbor -> docker harbor.example.org',
  'kv/data/ci/acme/app/signing key -> env SIGNING_KEY',
  'kv/data/ci/acme/app/signing key -> file signing.pem',
];

function environmentOf({ url }: Replay): Readonly<Record<string, string>> {
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}${ID_TOKEN_PATH}?placeholder=true`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: CANARIES.requestToken,
    BAO_ADDR: url,
  };
}

function kv(data: Readonly<Record<string, string>>): Answer {
  return { status: 200, body: JSON.stringify({ data: { data, metadata: { version: 1 } } }) };
}

const SCRIPT = {
  ...GOOD,
  'GET /v1/kv/data/ci/acme/app/harbor': kv({ username: USER, password: PASSWORD }),
  'GET /v1/kv/data/ci/acme/app/signing': kv({ key: KEY }),
};

let replay: Replay | null = null;
let job: Job | null = null;

afterEach(async () => {
  job?.close();
  await replay?.close();
});

const KINDS = [
  { kind: 'sh', folder: ACTION, inputs: { export_token: 'true' } },
  { kind: 'composite', folder: `${ACTION}composite`, inputs: { export_token: 'true' } },
  { kind: 'inline', folder: ACTION, inputs: { inline: 'true' } },
] as const;
/** Programs that are no part of the shell, and see something of a secret. */
const PROGRAMS = ['curl', 'jq', 'base64', 'tr', 'cat', 'cp'] as const;
const rows = SHELLS.flatMap((shell) => KINDS.map((kind) => ({ shell, ...kind })));

function found(text: string): readonly string[] {
  return SECRETS.filter((secret) => text.includes(secret));
}

describe('what is planted', () => {
  it.each(rows)('is found nowhere: $kind by $shell', async ({ shell, folder, inputs }) => {
    replay = await startReplay(SCRIPT);
    job = startJob(shell, environmentOf(replay));
    const { code, raw } = await job.uses(folder, { role: 'acme-app', secrets: LINES.join('\n'), retries: '0', ...inputs });
    expect(code).toBe(0);
    // A step that is careless in every way that a person thinks of; the runner itself hides the request token.
    await job.run(
      'unset ACTIONS_ID_TOKEN_REQUEST_TOKEN; set -x; env; cat "$DOCKER_CONFIG/config.json"; cat "$OPENBAO_FILES/signing.pem"; echo "p=$HARBOR_PASSWORD"; printf %s "$HARBOR_PASSWORD" | base64',
    );
    expect(job.log()).toContain('HARBOR_PASSWORD=***');
    for (const { reader, read } of READERS) expect([reader, found(maskedLog(job.raw(), read))]).toEqual([reader, []]);
    const shown = raw.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(found(shown.join('\n'))).toEqual([]);
    await job.end();
    if (folder !== ACTION) await job.uses(`${ACTION}revoke`, {});
    // The file of the environment is the runner's, and goes with the job; the job's own folder is empty, and there are no outputs.
    const left = Object.entries(job.left()).filter(([file]) => !file.endsWith('/env'));
    expect(left.filter(([, text]) => text !== '' && !text.startsWith('folder='))).toEqual([]);
  });

  it('is no argument of a program, which everybody on the machine can read', async () => {
    replay = await startReplay(SCRIPT);
    const spied = temporaryDirectory();
    const argumentsFile = join(spied, 'arguments');
    for (const program of PROGRAMS) {
      const spy = `#!/bin/sh\nprintf '%s\\n' "$0 $*" >> '${argumentsFile}'\nPATH='${String(process.env['PATH'])}' exec ${program} "$@"\n`;
      writeFileSync(join(spied, program), spy, { mode: 0o755 });
    }
    job = startJob('dash', { ...environmentOf(replay), PATH: `${spied}:${process.env['PATH']}` });
    const { code } = await job.uses(ACTION, { role: 'acme-app', secrets: LINES.join('\n'), retries: '0' });
    const seen = readFileSync(argumentsFile, 'utf8');
    expect(code).toBe(0);
    expect(PROGRAMS.filter((program) => !seen.includes(`/${program} `))).toEqual([]);
    expect(found(seen)).toEqual([]);
  });

  it('would be found: the log before the masks has it', () => {
    expect(found(`a ${PASSWORD} b`)).toEqual([PASSWORD]);
  });
});

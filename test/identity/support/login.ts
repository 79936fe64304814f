/** A job with an ID token, beside a server that has Forgejo's and OpenBao's recorded answers; `closeLogins` ends those of a test. */
import { type Job, type Shell, startJob } from './job.ts';
import { CANARIES, GOOD, ID_TOKEN_PATH, type Replay, type Script, startReplay } from './replay.ts';

export interface Login {
  readonly job: Job;
  readonly replay: Replay;
}

const started: Login[] = [];

export async function startLogin(shell: Shell, script: Script = GOOD, environment: Readonly<Record<string, string>> = {}): Promise<Login> {
  const replay = await startReplay(script);
  const job = startJob(shell, {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${replay.url}${ID_TOKEN_PATH}?placeholder=true`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: CANARIES.requestToken,
    BAO_ADDR: replay.url,
    OPENBAO_ROLE: 'acme-app',
    ...environment,
  });
  started.push({ job, replay });
  return { job, replay };
}

export async function closeLogins(): Promise<void> {
  for (const { job, replay } of started.splice(0)) {
    job.close();
    await replay.close();
  }
}

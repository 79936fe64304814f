/** Build and push in a real Forgejo, by a real runner, with credentials of a real OpenBao. Needs BAO_BIN, FORGEJO_BIN and FORGEJO_RUNNER_BIN. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrograms, type Programs } from '../e2e/cluster/program.ts';
import { type RealForgejo, startRealForgejo } from '../e2e/forgejo/real.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { binaryOf, missing, VARIABLES } from './support/real/binaries.ts';
import { type OpenBao, startOpenBao } from './support/real/openbao.ts';
import { jobLog, publishAction, publishWorkflow, runOnce } from './support/real/workflow-run.ts';
import { answerAsRegistry } from './support/registry.ts';
import { type Replay, startReplay } from './support/replay.ts';

const [bao, forgejoBinary, runner] = VARIABLES.map((variable) => binaryOf(variable) ?? '');
const USER = 'robot$acme+app+ci';
/** Not every reader of a log takes its percent sign and its colons as they stand. */
const PASSWORD = 'canary%25of::a-robot%0Aaccount';
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');

describe.skipIf([bao, forgejoBinary, runner].includes(''))(`a real workflow${missing(...VARIABLES)}`, () => {
  let folder = '';
  let programs: Programs | null = null;
  let openbao: OpenBao;
  let forgejo: RealForgejo;
  let registry: Replay | null = null;

  beforeAll(async () => {
    folder = temporaryDirectory();
    mkdirSync(join(folder, 'logs'));
    programs = createPrograms(join(folder, 'logs'));
    forgejo = await startRealForgejo(programs, forgejoBinary ?? '', folder);
    openbao = await startOpenBao(programs, bao ?? '', folder);
    registry = await startReplay({}, answerAsRegistry(BASIC));
    const issuer = `${forgejo.url}/api/actions`;
    openbao.setUp('forgejo', { oidc_discovery_url: issuer, bound_issuer: issuer, jwt_supported_algs: ['RS256'] });
    await openbao.call('POST', 'kv/data/ci/acme/app/harbor', { data: { username: USER, password: PASSWORD } });
    await publishAction(forgejo);
    await publishWorkflow({ forgejo, openbaoUrl: openbao.url, registryUrl: registry.url });
  }, 300_000);

  afterAll(async () => {
    await registry?.close();
    await programs?.stopAll();
  });

  it('pushes as the robot account, and leaves no token in OpenBao and no secret in a log', { timeout: 180_000 }, async () => {
    const output = await runOnce(forgejo, runner ?? '', folder);
    expect(registry?.received.map(({ method, headers }) => [method, headers['authorization']])).toEqual([['PUT', `Basic ${BASIC}`]]);
    const logs = ['forgejo', 'openbao'].map((name) => readFileSync(join(folder, `logs/${name}.log`), 'utf8'));
    const shown = await jobLog(forgejo);
    expect(shown).toContain('pushed: 201');
    for (const text of [output, shown, ...logs]) for (const secret of [PASSWORD, BASIC]) expect(text).not.toContain(secret);
    const { body } = await openbao.call('GET', 'auth/token/accessors?list=true');
    expect((body.data as { readonly keys: readonly string[] }).keys).toHaveLength(1);
  });
});

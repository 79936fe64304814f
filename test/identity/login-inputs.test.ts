/** What the action says of its inputs, before it asks anybody for anything. */
import { afterEach, describe, expect, it } from 'vitest';
import { ACTION } from './support/job.ts';
import { closeLogins, startLogin } from './support/login.ts';
import { GOOD } from './support/replay.ts';

const HARBOR = 'kv/data/ci/acme/app/harbor';

afterEach(closeLogins);

describe('openbao-login refuses', () => {
  it.each([
    { inputs: { role: '' }, environment: { OPENBAO_ROLE: '' }, says: 'role is missing: set the input, or OPENBAO_ROLE' },
    { inputs: { address: 'bao.example.org' }, says: 'address must be the URL of OpenBao: set the input, or BAO_ADDR' },
    { inputs: { inline: 'yes' }, says: 'inline and export_token must be true or false' },
    { inputs: { inline: 'true', export_token: 'true' }, says: 'export_token needs a login: inline makes no token' },
    { inputs: { retries: 'many' }, says: 'retries must be a number' },
    { inputs: { ca: '/nowhere/ca.pem' }, says: 'ca: this job has no readable file /nowhere/ca.pem' },
    {
      inputs: {},
      environment: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' },
      says: 'this job gets no ID token: set enable-openid-connect: true in the workflow. A pull request from a fork never gets one',
    },
    { inputs: { secrets: '' }, says: 'secrets names nothing to read' },
    {
      inputs: { secrets: `\n${HARBOR} password` },
      says: 'secrets, line 2: must be PATH KEY -> env NAME, PATH KEY -> file NAME or PATH -> docker REGISTRY',
    },
    {
      inputs: { secrets: 'kv/data/../sys/raw a -> env A' },
      says: 'secrets, line 1: the path must be one of the API, like kv/data/ci/acme/app/harbor',
    },
    {
      inputs: { secrets: 'kv/data/a?version=1 a -> env A' },
      says: 'secrets, line 1: the path must be one of the API, like kv/data/ci/acme/app/harbor',
    },
    { inputs: { secrets: `${HARBOR} a -> env 1A` }, says: 'secrets, line 1: no name of a variable' },
    { inputs: { secrets: `${HARBOR} a -> env A-B` }, says: 'secrets, line 1: no name of a variable' },
    { inputs: { secrets: `${HARBOR} a"b -> env A` }, says: 'secrets, line 1: the key may have letters, digits and . _ -' },
    { inputs: { secrets: `${HARBOR} a -> file ../../a` }, says: 'secrets, line 1: a file is a name without a folder' },
    { inputs: { secrets: `${HARBOR} -> docker a"b` }, says: 'secrets, line 1: no name of a registry' },
    { inputs: { secrets: `* -> docker a` }, says: 'secrets, line 1: the path must be one of the API, like kv/data/ci/acme/app/harbor' },
  ])('$says', async ({ inputs, environment = {}, says }) => {
    const { job, replay } = await startLogin('dash', GOOD, environment);
    const { code, raw } = await job.uses(ACTION, { secrets: `${HARBOR} password -> env P`, ...inputs });
    expect({ code, raw, asked: replay.received }).toEqual({ code: 1, raw: `openbao-login: ${says}\n`, asked: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { driveMatrix, readMatrix } from './authz-matrix.ts';
import { createLab, type Lab } from './lab.ts';
import { readRows, replay, type Step, UNRECORDED_BODIES, type Unrecorded } from './replay.ts';
import { register, rest } from './requests.ts';

const sameWorld = 'the five files and the matrix were recorded one after the other on one server: ids go on';

async function replayRunnerFiles(lab: Lab): Promise<void> {
  for (const scope of ['admin', 'admin-deprecated', 'org', 'user', 'repo']) {
    await replay(lab, readRows(`runners-${scope}.jsonl`), { unrecorded: UNRECORDED_BODIES });
  }
}

async function replayMatrix(lab: Lab): Promise<void> {
  await register(lab, 'admin').then(({ id }) => rest(lab, 'DELETE', `/api/v1/admin/actions/runners/${id}`, 'ADMIN_ALL'));
  const matrix = readMatrix();
  expect(Object.keys(matrix)).toHaveLength(2040);
  expect(await driveMatrix(lab, matrix)).toEqual(matrix);
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Headers that misc.jsonl only names in its labels. */
function unrecordedOf(lab: Lab): Readonly<Record<string, Unrecorded>> {
  const token = lab.tokens.get('DEV_ALL') ?? '';
  const authorized = (authorization: string): Unrecorded => ({ headers: { authorization } });
  return {
    'auth Bearer scheme': authorized(`Bearer ${token}`),
    'auth bearer lowercase': authorized(`bearer ${token}`),
    'auth basic user:token': authorized(basic('dev', token)),
    'auth basic token:x-oauth-basic': authorized(basic(token, 'x-oauth-basic')),
    'auth basic token:empty': authorized(basic(token, '')),
    'auth basic user:password': authorized(basic('dev', 'user-password')),
    'auth basic bad password': authorized(basic('dev', 'wrong')),
    'auth garbage Bearer': authorized('Bearer garbage'),
    'auth empty token': authorized('token '),
    'auth unknown scheme': authorized(`Digest ${token}`),
    'before revoke': authorized(`token ${REVOKED}`),
    'after revoke': authorized(`token ${REVOKED}`),
  };
}

const REVOKED = 'ad8062d3f0f847435f396e51b32beb0b9bb8e1b0';

/** Calls of other APIs: what they do to the world is done, their answers are not compared. */
const MISC_STEPS: readonly Step[] = [
  {
    row: 13,
    because: 'a token that will be revoked',
    run: (lab) => void lab.forgejo.addToken({ user: 'dev', scopes: ['all'], sha1: REVOKED }),
  },
  { row: 14, because: 'tokens API', instead: true, run: (lab) => lab.forgejo.revokeToken(REVOKED) },
  ...span(16, 29).map((row): Step => ({ row, because: 'tokens API', instead: true })),
  ...span(33, 38).map((row): Step => ({ row, because: 'users, repositories and organizations API', instead: true })),
  { row: 39, because: 'repositories API', instead: true, run: (lab) => void lab.forgejo.addRepository({ path: 'dev/odd' }) },
  { row: 41, because: 'repositories API', instead: true, run: (lab) => lab.forgejo.setActionsUnit('dev/odd', false) },
  { row: 47, because: 'repositories API', instead: true, run: (lab) => lab.forgejo.setActionsUnit('dev/odd', true) },
  { row: 48, because: 'repositories API; an archived repository behaves as any other', instead: true },
  { row: 51, because: 'repositories API', instead: true },
  { row: 52, because: 'repositories API', instead: true, run: (lab) => lab.forgejo.renameRepository('dev/odd', 'odd2') },
  {
    row: 62,
    because: 'organizations API',
    instead: true,
    run: (lab) => void lab.forgejo.addOrganization({ name: 'oldorg', owners: ['dev'] }),
  },
  { row: 63, because: 'organizations API', instead: true, run: (lab) => lab.forgejo.renameOrganization('oldorg', 'neworg') },
  { row: 68, because: 'repositories API', instead: true, run: (lab) => lab.forgejo.deleteRepository('dev/odd2') },
  { row: 70, because: 'runners 627 to 630, whose registration was not recorded', run: registerOnePerScope },
  { row: 104, because: 'the instance runner is gone, and the organization gets 75 runners', run: fillHidden },
];

function span(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

async function registerOnePerScope(lab: Lab): Promise<void> {
  await rest(lab, 'POST', '/api/v1/orgs/acme/actions/runners', 'DEV_ALL', { name: 'orgr' });
  await rest(lab, 'POST', '/api/v1/admin/actions/runners', 'ADMIN_ALL', { name: 'globr' });
  await rest(lab, 'POST', '/api/v1/repos/acme/app/actions/runners', 'DEV_ALL', { name: 'repor' });
  await rest(lab, 'POST', '/api/v1/user/actions/runners', 'DEV_ALL', { name: 'userr' });
}

async function fillHidden(lab: Lab): Promise<void> {
  await rest(lab, 'DELETE', '/api/v1/admin/actions/runners/628', 'ADMIN_ALL');
  for (const n of span(0, 74)) await rest(lab, 'POST', '/api/v1/orgs/hidden/actions/runners', 'DEV_ALL', { name: `p${n}` });
}

describe('replay of the recorded runners API', () => {
  it(`answers every call at the four scopes, the whole authorization matrix, and what else was tried: ${sameWorld}`, async () => {
    const lab = createLab();
    await replayRunnerFiles(lab);
    await replayMatrix(lab);
    await replay(lab, readRows('misc.jsonl'), { steps: MISC_STEPS, unrecorded: unrecordedOf(lab) });
  });
});

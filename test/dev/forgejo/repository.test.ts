import { describe, expect, it } from 'vitest';
import { createLab } from './lab.ts';
import { readRows } from './replay.ts';
import { rest } from './requests.ts';

const recorded = readRows('misc.jsonl').filter(
  ({ request }) => request.method === 'GET' && /^\/api\/v1\/repos\/[^/]+\/[^/]+$/.test(request.path),
);

describe('GET of a repository', () => {
  it('was recorded', () => {
    expect(recorded).toHaveLength(3);
  });

  it.each(recorded)('answers as recorded, as far as who it is: $label', async ({ request, status, body }) => {
    const answer = await rest(createLab(), 'GET', request.path, request.token ?? '');
    expect(answer.status).toBe(status);
    const { id, name, full_name, private: hidden, message } = Object(body);
    expect(JSON.parse(answer.body)).toMatchObject(JSON.parse(JSON.stringify({ id, name, full_name, private: hidden, message })));
  });

  it.each([
    { because: 'reading is enough', token: 'DEV_R_REPOSITORY', status: 200 },
    { because: 'managing runners of organizations is not', token: 'DEV_W_ORGANIZATION', status: 403 },
    { because: 'a stranger sees what is public', token: 'MALLORY_ALL', status: 200 },
    { because: 'nobody in particular does too', token: null, status: 200 },
    { because: 'a token that is unknown is refused', token: 'BOGUS', status: 401 },
  ])('answers $status with Actions switched off: $because', async ({ token, status }) => {
    const lab = createLab();
    lab.forgejo.setActionsUnit('acme/app', false);
    expect(await rest(lab, 'GET', '/api/v1/repos/Acme/APP', token)).toMatchObject({ status });
  });

  it('redirects from former names', async () => {
    const lab = createLab();
    lab.forgejo.renameRepository('acme/app', 'new');
    lab.forgejo.renameOrganization('acme', 'umbrella');
    expect(await rest(lab, 'GET', '/api/v1/repos/umbrella/app', 'DEV_ALL')).toMatchObject({
      status: 301,
      headers: { location: '/api/v1/repos/umbrella/new' },
    });
    expect(await rest(lab, 'GET', '/api/v1/repos/acme/new', 'DEV_ALL')).toMatchObject({
      status: 307,
      headers: { location: '/api/v1/repos/umbrella/new' },
    });
  });
});

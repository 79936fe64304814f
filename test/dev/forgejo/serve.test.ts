import { afterEach, describe, expect, it } from 'vitest';
import { type ServedForgejo, serveForgejo } from '../../../src/dev/forgejo/serve.ts';
import { createLab } from './lab.ts';

let served: ServedForgejo | undefined;

afterEach(async () => {
  await served?.close();
  served = undefined;
});

describe('the HTTP skin', () => {
  it('serves REST and the runner protocol to plain clients', async () => {
    const lab = createLab();
    served = await serveForgejo(lab.forgejo);
    const created = await fetch(`${served.url}/api/v1/orgs/acme/actions/runners`, {
      method: 'POST',
      headers: { authorization: `token ${lab.tokens.get('DEV_ALL')}`, 'content-type': 'application/json' },
      body: '{"name":"over-http"}',
    });
    expect(created.status).toBe(201);
    expect(created.headers.get('date')).toBe(new Date(lab.clock.now()).toUTCString());
    const ping = await fetch(`${served.url}/api/actions/ping.v1.PingService/Ping`, { method: 'POST', body: '{"data":"hi"}' });
    expect(await ping.json()).toEqual({ data: 'Hello, hi!' });
    expect(lab.forgejo.runners()).toMatchObject([{ name: 'over-http' }]);
  });

  it('breaks the connection for a refused request', async () => {
    const lab = createLab();
    lab.forgejo.setFaults([{ fault: { kind: 'refuse' } }]);
    served = await serveForgejo(lab.forgejo);
    await expect(fetch(`${served.url}/api/v1/version`)).rejects.toThrow('fetch failed');
  });

  it('serves below the path of its root URL', async () => {
    const lab = createLab({ rootUrl: 'http://forge.example/git/' });
    served = await serveForgejo(lab.forgejo);
    expect((await fetch(`${served.url}/git/api/healthz`)).status).toBe(200);
  });
});

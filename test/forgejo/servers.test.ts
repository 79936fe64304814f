import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createServerDirectory } from '../../src/forgejo/servers.ts';
import type { HttpResponse } from '../../src/forgejo/transport.ts';
import { ACCESS, json, recorder } from './support/answers.ts';
import { manualClock } from './support/manual-clock.ts';

const HOUR = 3_600_000;
const NEW = json({ version: '15.0.3+gitea-1.22.0' });

function world(answer: (index: number) => HttpResponse | Promise<HttpResponse>) {
  const clock = manualClock();
  const { transport, requests } = recorder((_, index) => answer(index));
  const directory = createServerDirectory({ transport, clock });
  return { clock, requests, directory };
}

describe('the version of a server', () => {
  it('is asked for beside the sync, and known to the next one', async () => {
    const { directory, requests } = world(() => NEW);
    expect(directory.known(ACCESS)).toBeNull();
    await setImmediate();
    expect(directory.known(ACCESS)).toEqual({ version: '15.0.3+gitea-1.22.0', ephemeral: true });
    expect(requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual(['GET /api/v1/version']);
  });

  it('is asked for once an hour and server, whatever tokens its pools have', async () => {
    const { directory, requests, clock } = world(() => NEW);
    for (let calls = 0; calls < 50; calls += 1) directory.known({ ...ACCESS, token: `token-${calls}` });
    await setImmediate();
    expect(requests).toHaveLength(1);
    await clock.advance(HOUR - 1);
    directory.known(ACCESS);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    directory.known(ACCESS);
    expect(requests).toHaveLength(2);
    directory.known({ ...ACCESS, url: 'https://other.example.org' });
    expect(requests).toHaveLength(3);
  });

  it('is that of the last answer while none comes', async () => {
    const { directory, clock } = world((index) => (index === 0 ? NEW : json({ message: 'away' }, 503)));
    directory.known(ACCESS);
    await setImmediate();
    await clock.advance(HOUR);
    directory.known(ACCESS);
    await setImmediate();
    expect(directory.known(ACCESS)).toMatchObject({ version: '15.0.3+gitea-1.22.0' });
  });

  it('is asked for again after a minute when no answer came', async () => {
    let away = true;
    const { directory, requests, clock } = world(() => (away ? json({ message: 'no' }, 403) : NEW));
    directory.known(ACCESS);
    await clock.advance(59_999);
    directory.known(ACCESS);
    expect(requests).toHaveLength(1);
    away = false;
    await clock.advance(1);
    directory.known(ACCESS);
    await setImmediate();
    expect(directory.known(ACCESS)).toMatchObject({ version: '15.0.3+gitea-1.22.0' });
    expect(requests).toHaveLength(2);
  });

  it.each([
    { because: 'it is refused', answer: json({ message: 'no' }, 403) },
    { because: 'it is no version', answer: json({ version: '<b>15</b>' }) },
    { because: 'it is no answer of the API', answer: json([]) },
  ])('is not known: $because', async ({ answer }) => {
    const { directory } = world(() => answer);
    directory.known(ACCESS);
    await setImmediate();
    expect(directory.known(ACCESS)).toBeNull();
  });

  it('costs nobody a sync when the transport breaks', async () => {
    const { directory } = world(() => Promise.reject(new RangeError('broken')));
    directory.known(ACCESS);
    await setImmediate();
    expect(directory.known(ACCESS)).toBeNull();
  });

  it.each([
    { version: '14.0.5+gitea-1.22.0', ephemeral: false },
    { version: '1.24.0', ephemeral: false },
    { version: '16.0.0-dev-12-abcdef+gitea-1.22.0', ephemeral: true },
    { version: 'main', ephemeral: false },
  ])('$version: has registrations for one job or not', async ({ version, ephemeral }) => {
    const { directory } = world(() => json({ version }));
    directory.known(ACCESS);
    await setImmediate();
    expect(directory.known(ACCESS)).toEqual({ version, ephemeral });
  });
});

import type { HttpRequest, HttpResponse, Transport } from '../../../src/forgejo/transport.ts';
import { json, list } from './answers.ts';
import type { ManualClock } from './manual-clock.ts';

export interface FakeServer {
  readonly transport: Transport;
  /** `GET /api/v1/…/jobs` and so on, in the order of arrival. */
  readonly log: string[];
  jobs: readonly unknown[];
  runners: readonly unknown[];
  /** How long each answer takes, ms; the list is read at the beginning of it. */
  latencyMs: number;
  /** Own clock of the server less ours, ms; null leaves the `Date` header out. */
  ahead: number | null;
  /** Answers instead, when it gives something. */
  trouble: (request: HttpRequest) => HttpResponse | undefined;
}

/** Lists, in virtual time. */
export function fakeServer(clock: ManualClock): FakeServer {
  const server: FakeServer = {
    log: [],
    jobs: [],
    runners: [],
    latencyMs: 0,
    ahead: 0,
    trouble: () => undefined,
    async transport(request) {
      const { pathname } = new URL(request.url);
      server.log.push(`${request.method} ${pathname}`);
      const snapshot = server.runners;
      await clock.sleep(server.latencyMs);
      const response = server.trouble(request) ?? (pathname.endsWith('/jobs') ? json(server.jobs) : list(snapshot));
      return { ...response, headers: { ...response.headers, ...date() } };
    },
  };

  function date(): Readonly<Record<string, string>> {
    if (server.ahead === null) return {};
    return { date: new Date(clock.now() + server.ahead).toUTCString() };
  }
  return server;
}

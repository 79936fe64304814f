/** The embedded Forgejo over HTTP. Killed, it answers nobody; what it holds is kept, as in a database. */
import { createEmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';
import { type ServedForgejo, serveForgejo } from '../../../src/dev/forgejo/serve.ts';
import { systemClock } from '../../../src/system-clock.ts';
import { freePorts } from '../cluster/ports.ts';
import { type Forgejo, ORGANIZATION, REPOSITORIES } from './forgejo.ts';

/** What POSTing a registration took on a real server with SQLite (facts: Forgejo, section 6), ms. */
const LATENCY_MS = 10;

export async function startEmbeddedForgejo(): Promise<Forgejo> {
  const [port = 0] = await freePorts(1);
  const forgejo = createEmbeddedForgejo({ clock: systemClock, latencyMs: LATENCY_MS });
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: ORGANIZATION, owners: ['dev'] });
  for (const name of REPOSITORIES) forgejo.addRepository({ path: `${ORGANIZATION}/${name}` });
  const token = forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });
  let served: ServedForgejo | null = await serveForgejo(forgejo, port);

  async function close(): Promise<void> {
    const closing = served;
    served = null;
    await closing?.close();
  }

  return {
    real: false,
    url: `http://127.0.0.1:${port}`,
    token,
    async queue({ repository, label, seconds }) {
      forgejo.queueJob({ repository: `${ORGANIZATION}/${repository}`, name: `job-${label}`, runsOn: [label], durationMs: seconds * 1000 });
    },
    async jobs(label) {
      const statuses = forgejo
        .jobs()
        .filter(({ runsOn }) => runsOn.includes(label))
        .map(({ status }) => status);
      const count = (...wanted: readonly string[]): number => statuses.filter((status) => wanted.includes(status)).length;
      return {
        waiting: count('waiting', 'blocked'),
        running: count('running'),
        succeeded: count('success'),
        failed: count('failure', 'cancelled', 'skipped'),
      };
    },
    runners: async () => forgejo.runners().map(({ name }) => name),
    kill: close,
    async start() {
      served = await serveForgejo(forgejo, port);
    },
    close,
  };
}

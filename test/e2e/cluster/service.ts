/** The operator's service, started as users start it: its entry point with variables of the environment. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { freePorts } from './ports.ts';
import type { Program, Programs } from './program.ts';

export interface Service {
  readonly program: Program;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly host: string;
  /** What Metacontroller must present. */
  readonly bearerToken: string;
  /** The service of another checkout, for the same ports; not started yet. */
  of(root: string, name: string): Program;
}

export interface ServiceOptions {
  readonly programs: Programs;
  readonly folder: string;
  /** Host and port of the Forgejo of the run. */
  readonly forgejoHost: string;
}

const ROOT = new URL('../../../', import.meta.url).pathname;

/** Not started yet. */
export async function createService({ programs, folder, forgejoHost }: ServiceOptions): Promise<Service> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const bearerToken = randomBytes(32).toString('hex');
  const tokenFile = join(folder, 'hooks-token');
  writeFileSync(tokenFile, bearerToken, { mode: 0o600 });
  const host = `127.0.0.1:${port}`;
  const url = `http://${host}`;
  const of = (root: string, name: string): Program =>
    programs.add({
      name,
      command: process.execPath,
      args: [join(root, 'src/main.ts')],
      env: {
        HOST: '127.0.0.1',
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        BEARER_TOKEN_FILE: tokenFile,
        FORGEJO_URL_ALLOWLIST: forgejoHost,
        SHUTDOWN_DELAY_SECONDS: '0',
        SHUTDOWN_GRACE_SECONDS: '5',
      },
      ready: async () => {
        const { statusCode, body } = await request(`${url}/readyz`);
        await body.dump();
        return statusCode === 200;
      },
    });
  return { program: of(ROOT, 'service'), url, host, bearerToken, of };
}

/** The service, put together from its configuration: used by `main.ts` and by the embedded world. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { type App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { createAddressPolicy } from './forgejo/address-policy.ts';
import { createReader } from './forgejo/reader.ts';
import { createServerDirectory } from './forgejo/servers.ts';
import { createUndiciTransport } from './forgejo/undici-transport.ts';
import { watchTransport } from './forgejo/watched-transport.ts';
import { createChangeLog } from './hooks/change-log.ts';
import { guarded } from './hooks/observer.ts';
import { createOperator } from './hooks/operator.ts';
import { createOperatorLog } from './hooks/operator-log.ts';
import { requestLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { composeOpenBao } from './openbao-parts.ts';
import { readRenderAssets } from './render-assets.ts';
import { systemClock } from './system-clock.ts';
import { createBoard } from './ui/board.ts';

export const VERSION = packageJson.version;

export interface Service {
  readonly app: App;
  /** After the app has stopped: ends the connections to Forgejo and OpenBao. */
  close(): Promise<void>;
}

/** Rejects with a StartError when a file that the configuration names can't be read or used. */
export async function composeService(config: Config, log: Logger): Promise<Service> {
  const metrics = createMetrics({ version: VERSION, node: process.version });
  const userAgent = `forgejo-runner-operator/${VERSION}`;
  const { transport: unwatched, close } = createUndiciTransport({
    addressPolicy: createAddressPolicy(config.forgejoUrlAllowlist),
    userAgent,
  });
  const transport = watchTransport(unwatched, systemClock, [metrics.forgejo.requestEnded, requestLog(log)]);
  const openBao = await composeOpenBao({ config, log, userAgent, forgejo: transport, clock: systemClock, meters: metrics.openBao });
  const board = config.uiEnabled ? createBoard(systemClock) : null;
  const observers = [metrics.pools, createChangeLog(log, systemClock), ...(board === null ? [] : [board.observer])];
  const operator = createOperator({
    transport,
    reader: createReader({
      transport,
      clock: systemClock,
      timeoutMs: config.forgejoTimeoutMs,
      onServed: metrics.forgejo.readServed,
    }),
    servers: createServerDirectory({ transport, clock: systemClock, timeoutMs: config.forgejoTimeoutMs }),
    clock: systemClock,
    log: createOperatorLog(log),
    observers: observers.map((observer) => guarded(observer, (err) => log.error({ err }, 'an observer of the syncs failed'))),
    assets: await readRenderAssets(),
    randomSecret: () => randomBytes(32).toString('hex'),
    openBao,
    config,
  });
  const ui = board === null ? {} : { ui: { board, replica: { host: hostname(), version: VERSION } } };
  const app = await createApp({ operator, log, metrics, config, ...ui });
  return { app, close: async () => void (await Promise.all([close(), openBao.close()])) };
}

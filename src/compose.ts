/** The service, put together from its configuration: used by `main.ts` and by the embedded world. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { type App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { createAddressPolicy } from './forgejo/address-policy.ts';
import { createReader } from './forgejo/reader.ts';
import { createUndiciTransport } from './forgejo/undici-transport.ts';
import { createOperator } from './hooks/operator.ts';
import { createOperatorLog } from './hooks/operator-log.ts';
import { createMetrics } from './metrics.ts';
import { readRenderAssets } from './render-assets.ts';
import { systemClock } from './system-clock.ts';

export const VERSION = packageJson.version;

export interface Service {
  readonly app: App;
  /** After the app has stopped: ends the connections to Forgejo. */
  close(): Promise<void>;
}

/** Rejects with a StartError when a file that the configuration names can't be read or used. */
export async function composeService(config: Config, log: Logger): Promise<Service> {
  const { transport, close } = createUndiciTransport({
    addressPolicy: createAddressPolicy(config.forgejoUrlAllowlist),
    userAgent: `forgejo-runner-operator/${VERSION}`,
  });
  const operator = createOperator({
    transport,
    reader: createReader({ transport, clock: systemClock, timeoutMs: config.forgejoTimeoutMs }),
    clock: systemClock,
    log: createOperatorLog(log),
    assets: await readRenderAssets(),
    randomSecret: () => randomBytes(32).toString('hex'),
    config,
  });
  const metrics = createMetrics({ version: VERSION, node: process.version });
  return { app: await createApp({ operator, log, metrics, config }), close };
}

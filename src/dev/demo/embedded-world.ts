/** The whole world of the demo in one process: Forgejo and the service on loopback, a cluster that calls and runs them. */
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { parse } from 'yaml';
import { composeService } from '../../compose.ts';
import { loadConfig } from '../../config.ts';
import { createAddressPolicy } from '../../forgejo/address-policy.ts';
import { createUndiciTransport } from '../../forgejo/undici-transport.ts';
import { systemClock } from '../../system-clock.ts';
import { type Cluster, createCluster } from '../cluster/cluster.ts';
import type { HookCall } from '../cluster/hook-caller.ts';
import { httpHooks } from '../cluster/http-hooks.ts';
import { createEmbeddedForgejo, type EmbeddedForgejo } from '../forgejo/embedded.ts';
import { serveForgejo } from '../forgejo/serve.ts';
import { portOfForgejo } from '../start.ts';

export interface EmbeddedWorld {
  readonly forgejo: EmbeddedForgejo;
  readonly cluster: Cluster;
  readonly urls: { readonly forgejo: string; readonly hooks: string; readonly metrics: string };
  close(): Promise<void>;
}

export interface Ports {
  /** 0 takes a free one. */
  readonly forgejo: number;
  readonly hooks: number;
  readonly metrics: number;
}

export interface WorldOptions {
  readonly ports: Ports;
  /** Whether the page is served. */
  readonly ui: boolean;
}

/** What POSTing a registration took on a real server with SQLite (facts: Forgejo, section 6), ms. */
const FORGEJO_LATENCY_MS = 10;

/** `watch` sees every call of a hook with its answer. Rejects when a port is in use. */
export async function startEmbeddedWorld(
  { ports, ui }: WorldOptions,
  log: Logger,
  watch: (call: HookCall) => HookCall,
): Promise<EmbeddedWorld> {
  const forgejo = createEmbeddedForgejo({ clock: systemClock, latencyMs: FORGEJO_LATENCY_MS });
  const served = await portOfForgejo(serveForgejo(forgejo, ports.forgejo), ports.forgejo);
  const loopback = new URL(served.url).host;
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: String(ports.hooks),
    METRICS_PORT: String(ports.metrics),
    UI_ENABLED: String(ui),
    FORGEJO_URL_ALLOWLIST: loopback,
    SHUTDOWN_DELAY_SECONDS: '0',
  });
  const service = await composeService(config, log);
  const addresses = await service.app.listen();
  const runners = createUndiciTransport({ addressPolicy: createAddressPolicy([loopback]), userAgent: 'embedded-runner' });
  const cluster = createCluster({
    clock: systemClock,
    hooks: watch(httpHooks(addresses.hooks)),
    forgejo: runners.transport,
    controller: await readController(),
  });
  return {
    forgejo,
    cluster,
    urls: { forgejo: served.url, ...addresses },
    async close() {
      cluster.stop();
      await service.app.stop();
      await Promise.all([service.close(), runners.close()]);
      await served.close();
    },
  };
}

/** The CompositeController that is shipped. */
export async function readController(): Promise<unknown> {
  const path = new URL('../../../metacontroller/compositecontroller.yaml', import.meta.url);
  return parse(await readFile(path, 'utf8'));
}

/** The real service without a port: requests are injected into the real app, whose operator is another fresh process for each world. */
import { type App, createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import type { VirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { createReader } from '../../../src/forgejo/reader.ts';
import type { Transport } from '../../../src/forgejo/transport.ts';
import { createChangeLog } from '../../../src/hooks/change-log.ts';
import { createOperator } from '../../../src/hooks/operator.ts';
import { createOperatorLog } from '../../../src/hooks/operator-log.ts';
import type { HookReply, Operator } from '../../../src/hooks/reply.ts';
import { createLog } from '../../../src/log.ts';
import { createMetrics } from '../../../src/metrics.ts';

export type Hook = 'sync' | 'finalize' | 'customize';

/** What the operator can speak to: a Forgejo, and a clock that stands still unless somebody waits. */
export interface FuzzWorld {
  readonly clock: VirtualClock;
  readonly transport: Transport;
}

export interface Answered {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly log: string;
  /** By the virtual clock. */
  readonly tookMs: number;
}

export interface FuzzService {
  /** One call to a process that has just started. */
  call(world: FuzzWorld, hook: Hook, payload: Uint8Array | string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  /** `/metrics`, as it stands. */
  scrape(): Promise<string>;
  stop(): Promise<void>;
}

/** Longer than any hook may take. */
const HOOK_LIMIT_MS = 60_000;
const JSON_TYPE = { 'content-type': 'application/json' };

export async function createFuzzService(): Promise<FuzzService> {
  const config = { ...loadConfig({}), shutdownDelayMs: 0, shutdownGraceMs: 0 };
  let lines: string[] = [];
  let operator: Operator | null = null;
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  const metrics = createMetrics({ version: '0.0.0', node: 'v24' });

  function startProcess({ clock, transport }: FuzzWorld): Operator {
    const started = createOperator({
      transport,
      reader: createReader({ transport, clock, timeoutMs: config.forgejoTimeoutMs }),
      clock,
      log: createOperatorLog(log),
      observers: [metrics.pools, createChangeLog(log, clock)],
      assets: { oneJobScript: '#!/bin/sh\n', jobEnvScript: '#!/bin/sh\n' },
      randomSecret: () => 'c'.repeat(64),
      config,
    });
    return {
      sync: (body) => untilAnswered(clock, started.sync(body)),
      finalize: (body) => untilAnswered(clock, started.finalize(body)),
      customize: (body) => started.customize(body),
    };
  }

  function running(): Operator {
    if (operator === null) throw new Error('no process was started');
    return operator;
  }

  const app: App = await createApp({
    operator: {
      sync: (body) => running().sync(body),
      finalize: (body) => running().finalize(body),
      customize: (body) => running().customize(body),
    },
    log,
    metrics,
    config,
    eventLoopDelayMs: () => 0,
  });

  return {
    async call(world, hook, payload, headers = JSON_TYPE) {
      lines = [];
      operator = startProcess(world);
      const began = world.clock.now();
      const answer = await app.hooks.inject({ method: 'POST', url: `/${hook}`, headers, payload: Buffer.from(payload) });
      const named = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
      return {
        status: answer.statusCode,
        headers: Object.fromEntries(named),
        body: answer.body,
        log: lines.join(''),
        tookMs: world.clock.now() - began,
      };
    },
    scrape: async () => (await app.metrics.inject({ method: 'GET', url: '/metrics' })).body,
    stop: () => app.stop(),
  };
}

/** Lets the time pass that the call needs. */
async function untilAnswered(clock: VirtualClock, call: Promise<HookReply>): Promise<HookReply> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  call.then(settle, settle);
  if (!(await clock.runUntil(() => settled, HOOK_LIMIT_MS))) throw new Error('the hook did not come to an end');
  return call;
}

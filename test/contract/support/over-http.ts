/** A body as text through the HTTP skin: for what is no hook body at all. */
import type { Logger } from 'pino';
import { createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import type { HookReply, Operator } from '../../../src/hooks/reply.ts';
import { createMetrics } from '../../../src/metrics.ts';

export async function overHttp(operator: Operator, hook: string, payload: string, log: Logger): Promise<HookReply> {
  const metrics = createMetrics({ version: '0.0.0', node: 'v24' });
  const app = await createApp({ operator, log, metrics, config: { ...loadConfig({}), shutdownDelayMs: 0, shutdownGraceMs: 0 } });
  const headers = { 'content-type': 'application/json' };
  const answer = await app.hooks.inject({ method: 'POST', url: `/${hook}`, headers, payload });
  await app.stop();
  return { status: answer.statusCode, body: answer.json() };
}

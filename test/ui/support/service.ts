/** The service with its page, and a board that tests fill by hand. */
import { type App, createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/log.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { type Board, createBoard } from '../../../src/ui/board.ts';
import { viewOf } from '../../hooks/support/views.ts';
import { aPool, aWorld, now, type WorldParts } from '../../pool/support/builders.ts';

export interface UiService {
  readonly app: App;
  readonly board: Board;
  /** Own clock, ms; the worlds' `now` at first. */
  readonly clock: { at: number };
}

const NOT_CALLED = async () => ({ status: 500, body: { error: 'not called' } });

export async function startUi(tickMs = 5): Promise<UiService> {
  const clock = { at: now };
  const board = createBoard({ now: () => clock.at });
  const app = await createApp({
    operator: { sync: NOT_CALLED, finalize: NOT_CALLED, customize: () => ({ status: 500, body: { error: 'not called' } }) },
    log: createLog('silent'),
    metrics: createMetrics({ version: '1.2.3', node: 'v24' }),
    config: { ...loadConfig({}), host: '127.0.0.1', port: 0, metricsPort: 0, shutdownDelayMs: 0, shutdownGraceMs: 500 },
    ui: { board, replica: { host: 'replica-1', version: '1.2.3' }, tickMs },
  });
  return { app, board, clock };
}

/** A sync of the pool `ci/<name>` in such a world. */
export function sync({ board, clock }: Pick<UiService, 'board' | 'clock'>, name: string, parts: WorldParts = {}): void {
  const pool = aPool({ name, uid: `uid-of-${name}` });
  board.observer.synced({ ...viewOf(aWorld({ ...parts, pool: { ...pool, ...parts.pool } })), at: clock.at });
}

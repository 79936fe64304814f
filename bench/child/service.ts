/** The service as `main.ts` composes it, on a free port of loopback. Argument: the host and port of its Forgejo. */
import { composeService } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { tellParent } from './tell.ts';

const config = loadConfig({
  HOST: '127.0.0.1',
  PORT: '0',
  METRICS_PORT: '0',
  LOG_LEVEL: 'warn',
  FORGEJO_URL_ALLOWLIST: process.argv[2],
  SHUTDOWN_DELAY_SECONDS: '0',
  // What is measured is the work: a busy machine must not turn it into refusals.
  MAX_EVENT_LOOP_DELAY_MILLISECONDS: '60000',
});
const { app, close } = await composeService(config, createLog(config.logLevel));
const { hooks } = await app.listen();
tellParent(hooks, async () => {
  await app.stop();
  await close();
});

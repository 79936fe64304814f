/** The composition root: the only place that knows the process, its environment and its files. */
import closeWithGrace from 'close-with-grace';
import { composeService, type Service, VERSION } from './compose.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { createLog } from './log.ts';
import { StartError } from './service/start-error.ts';

/** After the grace of the calls: closing sockets takes no longer. */
const CLOSING_MS = 5_000;

try {
  await serve(loadConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // One of the two ports may be open already, so that the process would not end by itself.
  process.exit(1);
}

async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const service = await composeService(config, log);
  stopOnSignal(service);
  const addresses = await service.app.listen();
  log.info({ version: VERSION, ...addresses, authenticated: config.bearerTokenFiles.length > 0 }, 'started');

  function stopOnSignal({ app, close }: Service): void {
    const delay = config.shutdownDelayMs + config.shutdownGraceMs + CLOSING_MS;
    closeWithGrace({ delay, logger: log }, async ({ signal, err }) => {
      if (err !== undefined) log.fatal({ err }, 'stopping after an unexpected error');
      else log.info({ signal }, 'stopping');
      await app.stop();
      await close();
      log.info('stopped');
    });
  }
}

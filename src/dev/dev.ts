/**
 * `npm run dev`: the service beside an embedded Forgejo with one waiting job, for `curl` and for trying a change. Nothing
 * calls the hooks but you; `npm run demo -- --serve` has a cluster that does.
 */
import closeWithGrace from 'close-with-grace';
import { composeService } from '../compose.ts';
import { loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { systemClock } from '../system-clock.ts';
import { createEmbeddedForgejo } from './forgejo/embedded.ts';
import { serveForgejo } from './forgejo/serve.ts';
import { portOfForgejo, run } from './start.ts';

/** The requests in test/fixtures/requests carry it; it opens nothing but this process. */
const TOKEN = 'd'.repeat(40);
const FORGEJO_PORT = 3000;

await run(async () => {
  const forgejo = createEmbeddedForgejo({ clock: systemClock, rootUrl: `http://127.0.0.1:${FORGEJO_PORT}` });
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  forgejo.addRepository({ path: 'acme/app' });
  forgejo.addToken({ user: 'dev', scopes: ['write:organization'], sha1: TOKEN });
  forgejo.queueJob({ repository: 'acme/app', name: 'test', runsOn: ['docker'] });

  const served = await portOfForgejo(serveForgejo(forgejo, FORGEJO_PORT), FORGEJO_PORT);
  const config = loadConfig({
    LOG_LEVEL: 'debug',
    ...process.env,
    HOST: '127.0.0.1',
    FORGEJO_URL_ALLOWLIST: `127.0.0.1:${FORGEJO_PORT}`,
    SHUTDOWN_DELAY_SECONDS: '0',
  });
  const log = createLog(config.logLevel);
  const service = await composeService(config, log);
  const addresses = await service.app.listen();
  log.info({ ...addresses, forgejo: served.url }, 'listening');

  closeWithGrace({ delay: 10_000, logger: log }, async () => {
    await service.app.stop();
    await service.close();
    await served.close();
  });
});

/** The HTTP skin: routes, who may call, how much at once, and an orderly end. What is answered is the operator's. */
import { setTimeout as delay } from 'node:timers/promises';
import { Type, type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { HookReply, Operator } from './hooks/reply.ts';
import type { Metrics } from './metrics.ts';
import { type Admission, createAdmission } from './service/admission.ts';
import { isAuthorized, readTokens } from './service/bearer.ts';
import { createCallIds, inCall } from './service/call-id.ts';
import { watchEventLoopDelay } from './service/event-loop-delay.ts';
import { followFiles } from './service/follow-files.ts';
import {
  BODY_LIMIT_BYTES,
  type ErrorAnswer,
  INTERNAL_ERROR,
  NO_SUCH_ROUTE,
  OVERLOADED,
  refusalOf,
  UNAUTHORIZED,
} from './service/http-errors.ts';
import { createServerSource } from './service/http-server.ts';
import { explained, fileProblem, portProblem, tlsProblem } from './service/start-error.ts';
import { registerUi, type Ui } from './ui/plugin.ts';

/** Anything: the operator judges the body and answers in its own words, for a refusal here would be an error event. */
const HOOK = { schema: { body: Type.Unknown() } };
/** Seconds after which a call that was not let in may come again. */
const RETRY_AFTER_SECONDS = 2;

export interface AppDependencies {
  readonly operator: Operator;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly config: Config;
  /** The page of the metrics' port; absent: there is none. */
  readonly ui?: Ui;
  /** Replaces the measured mean delay of the event loop, ms. */
  readonly eventLoopDelayMs?: () => number;
}

export interface App {
  readonly hooks: FastifyInstance;
  readonly metrics: FastifyInstance;
  /** Listens on both ports; resolves to the addresses, rejects with a StartError when a port can't be had. */
  listen(): Promise<{ readonly hooks: string; readonly metrics: string }>;
  /** Not ready at once, then no new calls, then the calls under way end (or their grace does), then closed. */
  stop(): Promise<void>;
}

/** Rejects with a StartError when a file of the configuration can't be read or used. */
export async function createApp({ operator, log, metrics, config, ui, eventLoopDelayMs }: AppDependencies): Promise<App> {
  const follow = { intervalMs: config.filePollMs, log };
  const source = await explained(createServerSource(config.tls, follow), (error) => tlsProblem(config.tls, error));
  let tokens: readonly Buffer[] | null = null;
  const stopTokens = await explained(followTokens(), (error) => fileProblem('BEARER_TOKEN_FILE', error));
  const loop = watchEventLoopDelay();
  const admission = createAdmission({
    maxConcurrent: config.maxConcurrentHooks,
    maxEventLoopDelayMs: config.maxEventLoopDelayMs,
    eventLoopDelayMs: eventLoopDelayMs ?? loop.meanMs,
  });
  let draining = false;

  const loggerInstance: FastifyBaseLogger = log;
  const logController = new LogController({ disableRequestLogging: true });
  const hooks = Fastify({
    loggerInstance,
    logController,
    genReqId: createCallIds(),
    bodyLimit: BODY_LIMIT_BYTES,
    // Members of that name are data like others here: no copy of a body assigns by name, and looking for them costs a twentieth of a call.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    // A 503 would be an error event and a back-off; our own 429 is neither.
    return503OnClosing: false,
    frameworkErrors: refuseUrl,
    // A child for each request would be paid for by each and tell nothing: its lines have their call by themselves.
    childLoggerFactory: (logger) => logger,
    serverFactory: (handler) => source.create(handler),
  });
  reportRequests(hooks, metrics);
  answerErrors(hooks, log);
  hooks.get('/healthz', () => ({ status: 'ok' }));
  hooks.get('/readyz', (_request, reply) => reply.code(draining ? 503 : 200).send({ status: draining ? 'stopping' : 'ready' }));
  await hooks.register(async (plain) => {
    const guarded = plain.withTypeProvider<TypeBoxTypeProvider>().setValidatorCompiler(TypeBoxValidatorCompiler);
    guarded.addHook('onRequest', async (request, reply) => {
      if (tokens !== null && !isAuthorized(request.headers.authorization, tokens)) return send(reply, UNAUTHORIZED);
      return letIn(reply, admission, metrics);
    });
    guarded.addHook('onSend', async (_request, reply) => {
      // So that the next call of this connection finds another replica.
      if (draining) reply.header('connection', 'close');
    });
    guarded.post('/sync', HOOK, ({ body }, reply) => answer(reply, () => operator.sync(body)));
    guarded.post('/finalize', HOOK, ({ body }, reply) => answer(reply, () => operator.finalize(body)));
    guarded.post('/customize', HOOK, ({ body }, reply) => answer(reply, async () => operator.customize(body)));
  });

  const metricsServer = Fastify({ loggerInstance, logController, frameworkErrors: refuseUrl });
  answerErrors(metricsServer, log);
  metricsServer.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });

  if (ui !== undefined) await registerUi(metricsServer, ui);

  return { hooks, metrics: metricsServer, listen, stop };

  async function followTokens(): Promise<() => void> {
    if (config.bearerTokenFiles.length === 0) return () => {};
    return followFiles(
      config.bearerTokenFiles,
      (contents) => {
        tokens = readTokens(contents);
      },
      follow,
    );
  }

  async function answer(reply: FastifyReply, hook: () => Promise<HookReply>): Promise<FastifyReply> {
    const { status, retryAfterSeconds, body } = await inCall(reply.request.id, () => admission.run(hook));
    if (status === 429) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterSeconds ?? RETRY_AFTER_SECONDS)));
    return reply.code(status).send(body);
  }

  async function listen(): Promise<{ readonly hooks: string; readonly metrics: string }> {
    const { host, port, metricsPort } = config;
    const address = await explained(hooks.listen({ host, port, listenTextResolver: () => 'hooks are served' }), (error) =>
      portProblem('PORT', port, error),
    );
    const metricsAddress = await explained(
      metricsServer.listen({ host, port: metricsPort, listenTextResolver: () => 'metrics are served' }),
      (error) => portProblem('METRICS_PORT', metricsPort, error),
    );
    return {
      // Fastify does not know what the server factory made.
      hooks: config.tls === null ? address : address.replace(/^http:/, 'https:'),
      metrics: metricsAddress,
    };
  }

  async function stop(): Promise<void> {
    draining = true;
    await delay(config.shutdownDelayMs);
    admission.close();
    const ended = Promise.all([hooks.close(), admission.idle()]);
    const grace = new AbortController();
    await Promise.race([ended, delay(config.shutdownGraceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
    // Whoever still waits has had its time; closing goes on once its connection is gone.
    hooks.server.closeAllConnections();
    await metricsServer.close();
    source.stop();
    stopTokens();
    loop.stop();
  }
}

function letIn(reply: FastifyReply, admission: Admission, metrics: Metrics): FastifyReply | undefined {
  const refusal = admission.enter();
  if (refusal !== null) {
    metrics.requestShed(refusal);
    return send(reply.header('retry-after', RETRY_AFTER_SECONDS), OVERLOADED);
  }
  metrics.hooksInFlight(admission.inFlight);
  // `close` comes for every answer, sent or not.
  reply.raw.once('close', () => {
    admission.leave();
    metrics.hooksInFlight(admission.inFlight);
  });
  return undefined;
}

function reportRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const bytes = Number(request.headers['content-length'] ?? 0);
    const route = request.routeOptions.url ?? 'none';
    metrics.requestEnded({ route, status: reply.statusCode, seconds: reply.elapsedTime / 1000, bytes });
  });
}

function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((_request, reply) => send(reply, NO_SUCH_ROUTE));
  app.setErrorHandler((err, request, reply) => {
    const refusal = refusalOf(err);
    if (refusal !== null) {
      log.warn(
        { call: request.id, route: request.routeOptions.url, status: refusal.status, because: refusal.body.error },
        'request refused',
      );
      return send(reply, refusal);
    }
    log.error({ call: request.id, route: request.routeOptions.url, err }, 'request failed');
    return send(reply, INTERNAL_ERROR);
  });
}

/** A URL that can't be decoded: fastify's own answer would repeat it. */
function refuseUrl(_error: unknown, _request: unknown, reply: FastifyReply): void {
  send(reply, NO_SUCH_ROUTE);
}

function send(reply: FastifyReply, { status, body }: ErrorAnswer): FastifyReply {
  return reply.code(status).send(body);
}

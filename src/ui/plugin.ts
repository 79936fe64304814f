/** `/ui`: the page, its files and its stream of events, for the server of the metrics. Nobody is asked who they are. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readAssets } from './assets.ts';
import type { Board } from './board.ts';
import { createEventStream } from './event-stream.ts';
import { NOT_KEPT, SECURITY_HEADERS } from './headers.ts';
import { page, type Replica } from './page.ts';

export interface Ui {
  readonly board: Board;
  readonly replica: Replica;
  /** How often open pages are told, instead of each second. */
  readonly tickMs?: number;
}

/** Parameters of an address; they may hold anything. */
interface Asked {
  readonly Querystring: { readonly since?: unknown; readonly namespace?: unknown };
}

/** Seconds after which a page that found no room may come again. */
const RETRY_AFTER_SECONDS = 10;

export async function registerUi(app: FastifyInstance, { board, replica, tickMs }: Ui): Promise<void> {
  const assets = await readAssets();
  const stream = createEventStream(board, tickMs);

  await app.register(async (ui) => {
    ui.addHook('onRequest', async (_request, reply) => {
      reply.headers(SECURITY_HEADERS);
    });
    // The server would wait for open streams.
    ui.addHook('preClose', async () => stream.close());

    ui.get<Asked>('/ui', async (request, reply) => {
      const content = Readable.from(page(board.look(namespaceIn(request)), replica));
      return reply.headers(NOT_KEPT).type('text/html; charset=utf-8').send(content);
    });
    // Relative, as every address of the page: the path before it may be a proxy's.
    ui.get('/ui/', async (_request, reply) => reply.redirect('../ui', 308));
    for (const { name, type, content, etag } of assets) {
      ui.get(`/ui/${name}`, async (request, reply) => {
        reply.headers({ etag, 'cache-control': 'no-cache' });
        return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.type(type).send(content);
      });
    }

    ui.get<Asked>('/ui/events', { exposeHeadRoute: false }, (request, reply) => {
      if (isOfAnotherSite(request)) return reply.code(403).send({ error: 'not for other sites' });
      if (!stream.hasRoom()) {
        return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ error: 'too many pages are open' });
      }
      reply.hijack();
      // A proxy that buffers would hold back what is news.
      const head = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', ...NOT_KEPT, ...SECURITY_HEADERS };
      stream.open(reply.raw.writeHead(200, head), { namespace: namespaceIn(request), position: positionIn(request) });
      return reply;
    });
  });
}

/** A parameter that stands twice is a list, and none of ours. */
function namespaceIn({ query }: FastifyRequest<Asked>): string | null {
  return typeof query.namespace === 'string' ? query.namespace : null;
}

/** Where the page stands: a browser that comes back says it in a header. */
function positionIn({ headers, query }: FastifyRequest<Asked>): string | undefined {
  const position = headers['last-event-id'] ?? query.since;
  return typeof position === 'string' ? position : undefined;
}

/**
 * Another site could not read the events, but hold streams open. Browsers name the site only to https and loopback addresses;
 * to others they still send the origin, and that only from another one.
 */
function isOfAnotherSite({ headers }: FastifyRequest<Asked>): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined ? headers.origin !== undefined : site !== 'same-origin';
}

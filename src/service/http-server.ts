/** The listening server below Fastify: plain HTTP, or TLS whose certificate is replaced while it runs. */
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { type FollowOptions, followFiles } from './follow-files.ts';

// To import it as a module is to load all that it exports, Node's own client among it: 14 MiB of resident memory for nothing.
const { createServer } = process.getBuiltinModule('node:http');

/** Metacontroller keeps idle connections for 90 s and does not replay a POST (facts-metacontroller, section 4). */
const KEEP_ALIVE_MS = 120_000;
/** From the first byte to the end of the body; a hook's whole time is 10 s. */
const REQUEST_MS = 30_000;

export interface ServerSource {
  create(handler: RequestListener): Server;
  stop(): void;
}

/** Rejects when a file can't be read or certificate and key don't belong together. */
export async function createServerSource(
  tls: { readonly certFile: string; readonly keyFile: string } | null,
  options: FollowOptions,
): Promise<ServerSource> {
  if (tls === null) return { create: (handler) => withTimeouts(createServer(handler)), stop() {} };
  const servers = new Set<ReturnType<typeof createTlsServer>>();
  let pair = { cert: '', key: '' };
  const stop = await followFiles(
    [tls.certFile, tls.keyFile],
    ([cert = '', key = '']) => {
      // An empty one would count as none, and every handshake would fail.
      if (cert.trim() === '' || key.trim() === '') throw new RangeError('a certificate or key is empty');
      // Throws when the pair does not match, which is so while one file of it is replaced.
      createSecureContext({ cert, key });
      pair = { cert, key };
      for (const server of servers) server.setSecureContext(pair);
    },
    options,
  );
  return {
    create(handler) {
      const server = createTlsServer(pair, handler);
      servers.add(server);
      return withTimeouts(server);
    },
    stop,
  };
}

function withTimeouts<S extends Pick<Server, 'keepAliveTimeout' | 'requestTimeout'>>(server: S): S {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = REQUEST_MS;
  return server;
}

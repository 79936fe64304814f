/** The open pages: few, told together, and none is waited for. */
import type { ServerResponse } from 'node:http';
import { type Board, type Look, revisionOf } from './board.ts';
import { type Frame, frameOf, type Told } from './changes.ts';

/** A page is for people; each open one costs what a change of every pool costs. */
export const MOST_STREAMS = 32;
const TICK_MS = 1_000;
/** Also the sign of life: a page that hears nothing for 20 s says that the stream is lost. */
const STEADY_MS = 5_000;
/** A reader that takes nothing for so long is gone, or too slow to follow. */
const STUCK_MS = 30_000;
/** How soon a browser comes back. */
const RETRY_MS = 3_000;

export interface EventStream {
  /** False: there are as many as may be. */
  hasRoom(): boolean;
  /** Takes over a response whose head has been written. */
  open(response: ServerResponse, page: OpenPage): void;
  /** Ends all of them, and whoever comes later at once. */
  close(): void;
}

export interface OpenPage {
  /** What it shows; null: every namespace. */
  readonly namespace: string | null;
  /** Where it stands, see `positionOf`. */
  readonly position: string | undefined;
}

interface Client {
  readonly response: ServerResponse;
  readonly namespace: string | null;
  readonly told: Told;
  /** Since when what it was sent has been waiting to leave. */
  readonly fullSince: number | null;
}

export function createEventStream(board: Board, tickMs: number = TICK_MS): EventStream {
  const clients = new Map<ServerResponse, Client>();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  function tick(): void {
    // Pages that show the same and were told the same are sent the same.
    const looks = new Map<string | null, Look>();
    const frames = new Map<string, Frame>();
    for (const client of clients.values()) {
      const look = looks.get(client.namespace) ?? board.look(client.namespace);
      looks.set(client.namespace, look);
      if (client.fullSince !== null) dropStuck(client, look.now);
      else if (isDue(client, look)) send(client, look, frames);
    }
  }

  function send(client: Client, look: Look, frames: Map<string, Frame>): void {
    const { response, told, namespace } = client;
    const key = `${told.revision} ${told.at} ${namespace ?? ''}`;
    const frame = frames.get(key) ?? frameOf(look, told);
    frames.set(key, frame);
    const full = !response.write(frame.text);
    clients.set(response, { response, namespace, told: frame.told, fullSince: full ? look.now : null });
  }

  function drained(response: ServerResponse): void {
    const client = clients.get(response);
    if (client !== undefined) clients.set(response, { ...client, fullSince: null });
  }

  function forget(response: ServerResponse): void {
    clients.delete(response);
    if (clients.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  }

  return {
    hasRoom: () => clients.size < MOST_STREAMS,
    open(response, { namespace, position }) {
      if (closed) {
        response.end();
        return;
      }
      const told = { revision: revisionOf(position, board.look()), at: Number.NEGATIVE_INFINITY };
      clients.set(response, { response, namespace, told, fullSince: null });
      response.on('drain', () => drained(response));
      response.on('close', () => forget(response));
      // A reader that goes away while it is written to.
      response.on('error', () => forget(response));
      response.write(`retry: ${RETRY_MS}\n\n`);
      timer ??= setInterval(tick, tickMs).unref();
    },
    close() {
      closed = true;
      for (const { response } of clients.values()) response.end();
    },
  };
}

function isDue({ told }: Client, look: Look): boolean {
  return look.revision > told.revision || look.now - told.at >= STEADY_MS;
}

function dropStuck({ response, fullSince }: Client, now: number): void {
  if (fullSince !== null && now - fullSince >= STUCK_MS) response.destroy();
}

/** Sends registrations as fast as the service may, and does nothing else. `POST /burst` with what to send answers when all were answered. */
import Fastify from 'fastify';
import { Pool } from 'undici';
import { tellParent } from './tell.ts';

interface Burst {
  readonly Body: {
    readonly url: string;
    readonly path: string;
    readonly token: string;
    readonly bodies: readonly string[];
    readonly concurrency: number;
  };
}

const app = Fastify();
const pools = new Map<string, Pool>();
app.post<Burst>('/burst', async ({ body: { url, path, token, bodies, concurrency } }) => {
  const pool = pools.get(url) ?? new Pool(url, { connections: concurrency });
  pools.set(url, pool);
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
  const queue = bodies.values();
  const work = async (): Promise<void> => {
    for (const body of queue) {
      const answer = await pool.request({ method: 'POST', path, headers, body });
      await answer.body.text();
      if (answer.statusCode !== 201) throw new Error(`the server answered ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return { sent: bodies.length };
});
tellParent(await app.listen({ host: '127.0.0.1', port: 0 }), async () => {
  await app.close();
  await Promise.all([...pools.values()].map((pool) => pool.close()));
});

/** What any service on fastify pays for the same bodies: parsing what comes, and serialising the answer that was kept. */
import Fastify from 'fastify';
import { BODY_LIMIT_BYTES } from '../../src/service/http-errors.ts';
import { tellParent } from './tell.ts';

interface Named {
  readonly Params: { readonly name: string };
}

const answers = new Map<string, unknown>();
const app = Fastify({ bodyLimit: BODY_LIMIT_BYTES });
app.post<Named>('/answers/:name', ({ params, body }, reply) => {
  answers.set(params.name, body);
  return reply.code(204).send();
});
app.post<Named>('/echo/:name', ({ params }, reply) => reply.send(answers.get(params.name)));
tellParent(await app.listen({ host: '127.0.0.1', port: 0 }), () => app.close());

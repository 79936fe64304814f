/** What of a registry's /v2/ a push needs to ask for a login: 401 without, 201 with it. */
import type { Answer, Received } from './replay.ts';

/** `basic`: base64 of user:password. `null` for what is no call of a registry. */
export function answerAsRegistry(basic: string): (received: Received) => Answer | null {
  return ({ method, path, headers }) => {
    if (!path.startsWith('/v2/')) return null;
    if (headers['authorization'] !== `Basic ${basic}`) return { status: 401, body: '{"errors":[{"code":"UNAUTHORIZED"}]}' };
    return { status: method === 'PUT' ? 201 : 200, body: '' };
  };
}

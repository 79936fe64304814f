/** Bearer tokens of callers: hook answers carry runner tokens, so not everybody in the cluster may ask. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Digests of the tokens, one a line; blank lines and lines that begin with `#` are none. Throws when there is no token at all. */
export function readTokens(contents: readonly string[]): readonly Buffer[] {
  const tokens = contents
    .flatMap((content) => content.split('\n').map((line) => line.trim()))
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (tokens.length === 0) throw new RangeError('there is no token in it');
  return tokens.map(digest);
}

/** Whether the value of an `authorization` header presents one of the tokens; takes as long for any wrong one. */
export function isAuthorized(authorization: string | undefined, tokens: readonly Buffer[]): boolean {
  const match = /^bearer +(\S+) *$/i.exec(authorization ?? '');
  const presented = digest(match?.[1] ?? '');
  // Every token is compared, so that time does not tell which one came close.
  return tokens.filter((token) => timingSafeEqual(token, presented)).length > 0 && match !== null;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

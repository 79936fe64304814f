/** `spec.forgejo`: server, scope and token, as far as the old set-up or the command line says. */
import { type Fields } from '../../../api/objects.ts';
import { fields, NOTHING, type Part, type TokenSecret, todo, together, type Wishes } from '../part.ts';

/** What the old set-up tells; null where it does not. */
export interface ForgejoHints {
  readonly url: string | null;
  readonly scope: Fields | null;
  readonly tokenSecret: TokenSecret | null;
  /** Of the CA bundle: `{caConfigMapRef: …}`; empty when there is none. */
  readonly ca: Fields;
}

export const NO_HINTS: ForgejoHints = { url: null, scope: null, tokenSecret: null, ca: {} };

/** Accepted by the rules, refused by every name server and every Forgejo: a pool that is applied as it is says so in its conditions. */
const NO_URL = 'https://change-me.invalid';
const NO_SCOPE = { organization: 'change-me' };
const NO_SECRET: TokenSecret = { name: 'forgejo-token' };

export function forgejoPart(hints: ForgejoHints, wishes: Wishes): Part {
  const url = wishes.url ?? usableUrl(hints.url);
  const scope = wishes.scope ?? hints.scope;
  const tokenSecretRef = wishes.tokenSecret ?? hints.tokenSecret ?? NO_SECRET;
  return together(
    fields({ forgejo: { url: url ?? NO_URL, scope: scope ?? NO_SCOPE, tokenSecretRef, ...hints.ca } }),
    url === null ? todo('spec.forgejo.url: the address of Forgejo was not to be found; say it here, or with --url.') : NOTHING,
    scope === null
      ? todo(
          'spec.forgejo.scope: whose jobs the runners take was decided by their registration, which does not tell; say it here, or with --scope.',
        )
      : NOTHING,
    todo(secretWords(tokenSecretRef, wishes.tokenSecret === null && hints.tokenSecret !== null)),
  );
}

function secretWords({ name, key = 'token' }: TokenSecret, isThere: boolean): string {
  if (isThere) {
    return `Secret ${name}: the API token under its key ${key} was there to read the queue; a pool needs one that may write runners of the scope (docs/install.md).`;
  }
  return `Secret ${name}: make it in the namespace of the pool, with an API token under the key ${key} that may write runners of the scope (docs/install.md); no token was copied.`;
}

/** Without user and password; null for what is no address, such as a variable. */
export function usableUrl(text: string | null): string | null {
  const url = text === null ? null : URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

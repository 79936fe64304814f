/** What the options of `migrate` say; each throws a CliError. */
import type { Fields } from '../../api/objects.ts';
import { DNS_NAME } from '../../api/spec/fields.ts';
import { parseForgejo } from '../input/parse-scope.ts';
import { CliError } from '../world.ts';
import type { TokenSecret } from './part.ts';

const objectName = new RegExp(DNS_NAME);
/** Of the two, the one that is not asked for. */
const [ANY_URL, ANY_SCOPE] = ['https://forgejo.example.org', 'instance'];

export function parseScope(text: string): Fields {
  return parseForgejo(ANY_URL, text).scope;
}

export function parseUrl(text: string): string {
  return parseForgejo(text, ANY_SCOPE).url;
}

/** `NAME` or `NAME/KEY`. */
export function parseTokenSecret(text: string): TokenSecret {
  const [name = '', key, ...more] = text.split('/');
  if (!objectName.test(name) || more.length > 0 || (key !== undefined && !/^[A-Za-z0-9._-]+$/.test(key))) {
    throw new CliError('--token-secret must be the name of a Secret, or NAME/KEY');
  }
  return { name, ...(key === undefined ? {} : { key }) };
}

export function parseNamespace(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) throw new CliError('--namespace must be the name of a namespace');
  return text;
}

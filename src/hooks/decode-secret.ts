/** Secrets: those of our runners, and keys that a pool names in Secrets and ConfigMaps. */

import type { RegistrationRef } from '../pool/forgejo.ts';
import type { ObservedSecret } from '../pool/observed.ts';
import { decodeHead, decodeTags } from './decode-metadata.ts';
import type { NamedObject } from './protocol.ts';
import { decodeBase64, objectAt, parseInteger, textAt, type WireObject } from './wire.ts';

/** What a runner's Secret holds; the token never leaves the hooks. */
export interface Credentials {
  readonly registration: RegistrationRef;
  readonly token: string;
}

export interface DecodedSecret {
  readonly secret: ObservedSecret;
  /** Null when a key is missing or malformed. */
  readonly credentials: Credentials | null;
}

/** Null when it is no runner's of this pool. The data tell the registration where annotations don't. */
export function decodeSecret(object: NamedObject, poolUid: string): DecodedSecret | null {
  const tags = decodeTags(object, poolUid);
  if (tags === null) return null;
  const data = objectAt(object, 'data');
  const id = parseInteger(dataText(data, 'id'), 1);
  const uuid = dataText(data, 'uuid');
  const token = dataText(data, 'token');
  const registration = id !== null && uuid !== null ? { id, uuid } : null;
  const credentials = registration !== null && token !== null ? { registration, token } : null;
  const secret = {
    tags: { ...tags, registration: tags.registration ?? registration },
    complete: credentials !== null,
    createdAt: decodeHead(object).createdAt,
  };
  return { secret, credentials };
}

export type KeyLookup =
  | { readonly kind: 'found'; readonly value: string }
  | { readonly kind: 'objectMissing' }
  | { readonly kind: 'keyMissing' }
  /** Empty, or no text that can be used for its purpose. */
  | { readonly kind: 'unusable' };

/** An API token: surrounding white space is dropped (files end in a newline), and it must fit into a header. */
export function lookUpToken(secret: WireObject | undefined, key: string): KeyLookup {
  const found = lookUpSecretKey(secret, key);
  if (found.kind !== 'found') return found;
  const value = found.value.trim();
  return /^[\x21-\x7e]+$/.test(value) ? { kind: 'found', value } : { kind: 'unusable' };
}

export function lookUpSecretKey(secret: WireObject | undefined, key: string): KeyLookup {
  if (secret === undefined) return { kind: 'objectMissing' };
  const data = objectAt(secret, 'data');
  if (!Object.hasOwn(data, key)) return { kind: 'keyMissing' };
  const value = dataText(data, key);
  return value === null ? { kind: 'unusable' } : { kind: 'found', value };
}

/** A key of `data` or of `binaryData`. */
export function lookUpConfigMapKey(configMap: WireObject | undefined, key: string): KeyLookup {
  if (configMap === undefined) return { kind: 'objectMissing' };
  const data = objectAt(configMap, 'data');
  const binaryData = objectAt(configMap, 'binaryData');
  if (!Object.hasOwn(data, key) && !Object.hasOwn(binaryData, key)) return { kind: 'keyMissing' };
  const value = textAt(data, key) ?? dataText(binaryData, key);
  return value === null ? { kind: 'unusable' } : { kind: 'found', value };
}

function dataText(data: WireObject, key: string): string | null {
  const encoded = textAt(data, key);
  const bytes = encoded === null ? null : decodeBase64(encoded);
  return bytes === null || bytes.length === 0 ? null : bytes.toString('utf8');
}

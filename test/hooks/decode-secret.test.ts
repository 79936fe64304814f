import { describe, expect, it } from 'vitest';
import { decodeSecret, lookUpConfigMapKey, lookUpSecretKey, lookUpToken } from '../../src/hooks/decode-secret.ts';
import type { NamedObject } from '../../src/hooks/protocol.ts';

const GROUP = 'forgejo-runner-operator.dev';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function secret(data: object, annotations: object = {}): NamedObject & { readonly data: object } {
  const labels = { [`${GROUP}/pool-uid`]: 'pool-uid', [`${GROUP}/runner`]: 'r' };
  const metadata = { name: 'r', namespace: 'ci', uid: 'u', creationTimestamp: '2026-11-24T23:09:00Z', labels, annotations };
  return { metadata, data };
}

describe("a runner's Secret", () => {
  const data = { id: base64('5'), uuid: base64('u-u'), token: base64('t0ken') };
  const registration = { id: 5, uuid: 'u-u' };

  it.each([
    { given: data, credentials: { registration, token: 't0ken' }, tagged: registration, because: 'it holds all three' },
    { given: { ...data, token: undefined }, credentials: null, tagged: registration, because: 'the token is missing' },
    { given: { ...data, token: '' }, credentials: null, tagged: registration, because: 'the token is empty' },
    { given: { ...data, id: base64('x') }, credentials: null, tagged: null, because: 'the id is no number' },
    { given: { ...data, uuid: '%%%' }, credentials: null, tagged: null, because: 'the uuid is no base64' },
    { given: {}, credentials: null, tagged: null, because: 'it is empty' },
  ])('has credentials as far as it holds them: $because', ({ given, credentials, tagged }) => {
    const decoded = decodeSecret(secret(given), 'pool-uid');
    expect(decoded?.credentials).toEqual(credentials);
    expect(decoded?.secret.tags.registration).toEqual(tagged);
    expect(decoded?.secret.complete, 'one can speak as that runner only with all three').toBe(credentials !== null);
  });

  it('is damaged although its annotations name the registration', () => {
    const annotations = { [`${GROUP}/registration-id`]: '5', [`${GROUP}/registration-uuid`]: 'u-u' };
    const decoded = decodeSecret(secret({ ...data, token: undefined }, annotations), 'pool-uid');
    expect(decoded).toMatchObject({ secret: { complete: false, tags: { registration } }, credentials: null });
  });

  it('has the registration of its annotations when there are any', () => {
    const annotations = { [`${GROUP}/registration-id`]: '6', [`${GROUP}/registration-uuid`]: 'other' };
    expect(decodeSecret(secret(data, annotations), 'pool-uid')?.secret.tags.registration).toEqual({ id: 6, uuid: 'other' });
  });

  it('of another pool is none of ours', () => {
    expect(decodeSecret(secret(data), 'other')).toBeNull();
  });
});

describe('a key that a pool names', () => {
  it.each([
    { object: undefined, found: { kind: 'objectMissing' }, because: 'there is no such Secret' },
    { object: {}, found: { kind: 'keyMissing' }, because: 'the Secret is empty' },
    { object: { data: { other: base64('x') } }, found: { kind: 'keyMissing' }, because: 'it has other keys' },
    { object: { data: { token: '' } }, found: { kind: 'unusable' }, because: 'the value is empty' },
    { object: { data: { token: '*' } }, found: { kind: 'unusable' }, because: 'the value is no base64' },
    { object: { data: { token: base64(' \n') } }, found: { kind: 'unusable' }, because: 'the value is blank' },
    { object: { data: { token: base64('a\r\nx: y') } }, found: { kind: 'unusable' }, because: 'no header can carry it' },
    { object: { data: { token: base64('abc\n') } }, found: { kind: 'found', value: 'abc' }, because: 'files end in a newline' },
  ])('is looked up as a token: $because', ({ object, found }) => {
    expect(lookUpToken(object, 'token')).toEqual(found);
  });

  it('is looked up as it is in a Secret', () => {
    expect(lookUpSecretKey({ data: { ca: base64('PEM\n') } }, 'ca')).toEqual({ kind: 'found', value: 'PEM\n' });
  });

  it.each([
    { object: undefined, found: { kind: 'objectMissing' }, because: 'there is no such ConfigMap' },
    { object: { data: { x: 'y' } }, found: { kind: 'keyMissing' }, because: 'it has other keys' },
    { object: { data: { ca: 'PEM' } }, found: { kind: 'found', value: 'PEM' }, because: 'data is text' },
    { object: { binaryData: { ca: base64('PEM') } }, found: { kind: 'found', value: 'PEM' }, because: 'binaryData is base64' },
    { object: { data: { ca: '' } }, found: { kind: 'unusable' }, because: 'the value is empty' },
  ])('is looked up in a ConfigMap: $because', ({ object, found }) => {
    expect(lookUpConfigMapKey(object, 'ca')).toEqual(found);
  });
});

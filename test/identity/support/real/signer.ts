/** Tokens as Forgejo signs them, by a key of the test's own. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import type { Claims } from '../recordings.ts';

export interface Signer {
  readonly publicPem: string;
  sign(claims: Claims): string;
}

const BITS = 2048;

export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: BITS });
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign(claims) {
      const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}

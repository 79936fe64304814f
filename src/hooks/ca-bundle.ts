/** CAs to trust for one server, from the Secret or ConfigMap that a pool names. */
import type { AccessProblem } from '../pool/failure.ts';
import type { DecodedRequest } from './decode.ts';

interface Ref {
  readonly name: string;
  readonly key: string;
}

/** At most one of them. */
export interface CaRefs {
  readonly secretRef: Ref | undefined;
  readonly configMapRef: Ref | undefined;
}

export type CaBundle =
  /** PEM, null for the system's. */
  { readonly kind: 'ca'; readonly ca: string | null } | Extract<AccessProblem, { readonly kind: 'caMissing' | 'caInvalid' }>;

/** `before`: the bundle that the same server was reached with before, for one that is gone since. */
export function caBundle({ secretRef, configMapRef }: CaRefs, decoded: DecodedRequest, before?: string): CaBundle {
  const ref = secretRef ?? configMapRef;
  if (ref === undefined) return { kind: 'ca', ca: null };
  const found = secretRef === undefined ? decoded.caConfigMap(ref.name, ref.key) : decoded.caSecret(ref.name, ref.key);
  if (found.kind !== 'found' && before !== undefined) return { kind: 'ca', ca: before };
  if (found.kind !== 'found') return { kind: 'caMissing', object: ref.name, key: ref.key };
  if (!found.value.includes('-----BEGIN CERTIFICATE-----')) return { kind: 'caInvalid', object: ref.name, key: ref.key };
  return { kind: 'ca', ca: found.value };
}

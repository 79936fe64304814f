/** What is known of the two servers that a workflow's identity needs: Forgejo, which signs ID tokens, and OpenBao, which takes them. */
import type { ForgejoFailure } from './failure.ts';

/** Forgejo's discovery document and keys, as pods find them at `spec.forgejo.url`. */
export interface OidcDocuments {
  /** `<ROOT_URL>/api/actions`: what stands in the tokens, and where jobs ask for them. */
  readonly issuer: string;
  readonly jwksUri: string;
  readonly algorithms: readonly string[];
  /** `alg` of each key that is there to sign with. */
  readonly keyAlgorithms: readonly string[];
  /** The server's clock less ours, ms, by its `Date`; null without one. */
  readonly aheadMs: number | null;
  /** Whether the issuer's own URL leads to the same document; null when it is `spec.forgejo.url`'s. */
  readonly issuerAnswers: 'same' | 'other' | ForgejoFailure | null;
}

export type DiscoveryView =
  | { readonly kind: 'answered'; readonly documents: OidcDocuments }
  | { readonly kind: 'failed'; readonly failure: ForgejoFailure }
  /** The pool's own bundle for Forgejo: nothing was asked. */
  | { readonly kind: 'caMissing' | 'caInvalid'; readonly object: string; readonly key: string };

export type HealthView =
  /** 200, or 429 of a standby. */
  | { readonly kind: 'ready'; readonly aheadMs: number | null }
  | { readonly kind: 'sealed' }
  | { readonly kind: 'uninitialized' }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'nonsense'; readonly problem: string }
  /** The administrator's list does not have the address: nothing was asked. */
  | { readonly kind: 'notAllowed' }
  | { readonly kind: 'caMissing' | 'caInvalid'; readonly object: string; readonly key: string };

/** Null: not known yet. */
export interface IdentityView {
  readonly discovery: DiscoveryView | null;
  readonly health: HealthView | null;
}

export const NOTHING_KNOWN: IdentityView = { discovery: null, health: null };

/**
 * Why Forgejo did not do what it was asked, as one discriminated value. Every status of the recorded authorization matrix
 * maps to exactly one kind. It never holds a response body: a 401 body echoes the presented token.
 */
interface Where {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** URL path without host and query. */
  readonly path: string;
}

export type ForgejoFailure =
  /** 401: the token is wrong, revoked or missing. */
  | (Where & { readonly kind: 'unauthorized' })
  /** 403: the token lacks a scope; `required` as Forgejo names it, for example `write:organization`. */
  | (Where & { readonly kind: 'scopeTooNarrow'; readonly required: readonly string[] })
  /** 403: the token's user (or its public-only mark) may not manage this scope. */
  | (Where & {
      readonly kind: 'forbidden';
      readonly because: 'notOwner' | 'notSiteAdmin' | 'notOrganizationOwner' | 'publicOnly' | 'other';
    })
  /** 404 on the scope or the row: unknown, hidden, Actions off. `what` as far as the body tells. */
  | (Where & { readonly kind: 'notFound'; readonly what: 'target' | 'organization' | 'runner' | 'other' })
  /** 404 `No permission to delete this runner`: the row belongs to another scope. */
  | (Where & { readonly kind: 'notOurs' })
  /** 301 or 307: the repository or organization was renamed; `location` is a path. Never followed. */
  | (Where & { readonly kind: 'moved'; readonly location: string })
  /** 422 and other 4xx. */
  | (Where & { readonly kind: 'rejected'; readonly status: number })
  /** 429, by a proxy in front of Forgejo. */
  | (Where & { readonly kind: 'throttled'; readonly retryAfterSeconds: number | null })
  | (Where & { readonly kind: 'serverError'; readonly status: number })
  | (Where & { readonly kind: 'timeout'; readonly afterMs: number })
  /** No connection, or it broke; `code` as Node names it (ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED …). */
  | (Where & { readonly kind: 'unreachable'; readonly code: string })
  /** A 2xx whose body is not what the API documents. `problem` names the field, never its value. */
  | (Where & { readonly kind: 'nonsense'; readonly problem: string })
  /** The server's address may not be spoken to (allow list, loopback, link-local, metadata). */
  | (Where & { readonly kind: 'addressRefused'; readonly host: string });

export type ForgejoFailureKind = ForgejoFailure['kind'];

/** What a pool names for reaching Forgejo and does not have: nothing was asked of Forgejo. `object` and `key` as the spec names them. */
export type AccessProblem =
  /** `spec.forgejo` of a deleted pool can't be read at all. */
  | { readonly kind: 'forgejoUnreadable' }
  | { readonly kind: 'tokenSecretMissing'; readonly object: string }
  | { readonly kind: 'tokenKeyMissing'; readonly object: string; readonly key: string }
  | { readonly kind: 'caMissing'; readonly object: string; readonly key: string }
  | { readonly kind: 'caInvalid'; readonly object: string; readonly key: string }
  | TokenProblem;

/** Why `spec.forgejo.tokenFrom.openbao` gives no token. It holds no text of OpenBao: an error of it may quote what it was sent. */
export type TokenProblem =
  /** The service has no OpenBao. */
  | { readonly kind: 'tokenSourceOff' }
  /** No row of the administrator's list has this namespace, role, path and URL together. */
  | { readonly kind: 'tokenSourceNotAllowed' }
  /** 400 or 403. `login`: OpenBao does not let the service in with this role. `read`: the role may not read the path. */
  | { readonly kind: 'openBaoDenied'; readonly step: 'login' | 'read'; readonly status: number }
  /** 404. `deleted`: there is a version, and it was deleted. `namespace`: OpenBao has no such namespace. */
  | { readonly kind: 'openBaoSecretMissing'; readonly what: 'path' | 'deleted' | 'namespace'; readonly path: string }
  /** There is no such key in the secret, or its value is no token. */
  | { readonly kind: 'openBaoKeyMissing'; readonly path: string; readonly key: string }
  /** No answer that tells: what was read last was used for as long as it may be. */
  | { readonly kind: 'openBaoUnavailable'; readonly because: OpenBaoTrouble };

/** What passes by itself, or with somebody's help. */
export type OpenBaoTrouble =
  | { readonly kind: 'sealed' }
  | { readonly kind: 'throttled' }
  /** A standby without a leader, or a proxy. Never followed: whoever is led to would get the token of the service. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'serverError'; readonly status: number }
  | { readonly kind: 'timeout' }
  /** `code` as Node names it. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** OpenBao can't fetch the keys by which it knows the operator's service account: the cluster's, at its mount. */
  | { readonly kind: 'keysUnreachable' }
  /** The token of the service account can't be read from its file; `code` as Node names it. */
  | { readonly kind: 'noServiceAccountToken'; readonly code: string }
  /** Not what OpenBao documents; `problem` names the field or status, never a value. */
  | { readonly kind: 'nonsense'; readonly problem: string };

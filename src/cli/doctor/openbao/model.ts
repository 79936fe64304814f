/** What OpenBao holds of one auth mount for Forgejo's ID tokens, as far as the rules look at it. Durations are in seconds; 0: not set. */

export interface Estate {
  /** Base URL of OpenBao, without a slash at its end. */
  readonly address: string;
  /** Path of the mount without `auth/`: `forgejo`. */
  readonly mount: string;
  /** What Forgejo calls itself in ID tokens, `ROOT_URL/api/actions`; null: nobody asked it. */
  readonly issuer: string | null;
  /** What Forgejo says that it signs with; empty: it says nothing, or nobody asked it. */
  readonly algorithms: readonly string[];
  /** null: the mount has none, or it could not be read. */
  readonly config: MountConfig | null;
  /** null: it could not be read. */
  readonly tuning: MountTuning | null;
  readonly roles: readonly JwtRole[];
  readonly celRoles: readonly CelRole[];
  /** Those that roles name, as far as they could be read. */
  readonly policies: readonly Policy[];
  /** Names of all policies, asked for when a role makes names from claims; null: nobody asked, or they could not be read. */
  readonly policyNames: readonly string[] | null;
  /** Policies that roles name and OpenBao does not have. */
  readonly absentPolicies: readonly string[];
  /** Entities with an alias of this mount; null: they could not be read. */
  readonly entities: readonly Entity[] | null;
}

/** Forgejo's discovery document, as far as it is compared. */
export type Discovery = { readonly issuer: string; readonly algorithms: readonly string[] };

/** `GET auth/<mount>/config`. */
export interface MountConfig {
  readonly discoveryUrl: string;
  readonly discoveryCa: string;
  readonly jwksUrl: string;
  readonly jwksCa: string;
  readonly pubkeys: readonly string[];
  readonly boundIssuer: string;
  readonly supportedAlgs: readonly string[];
  readonly defaultRole: string;
  /** `valid` or `invalid`. */
  readonly status: string;
}

/** `GET sys/auth/<mount>`. */
export interface MountTuning {
  readonly type: string;
  readonly accessor: string;
  readonly defaultTtl: number;
  readonly maxTtl: number;
  /** `default-service`, `default-batch`, `service` or `batch`. */
  readonly tokenType: string;
}

/** `GET auth/<mount>/role/<name>`. Names of claims are plain: `/repository` is `repository`. */
export interface JwtRole {
  readonly name: string;
  readonly roleType: string;
  readonly userClaim: string;
  readonly audiences: readonly string[];
  readonly boundSubject: string;
  /** Any of its values is enough. */
  readonly boundClaims: Readonly<Record<string, readonly string[]>>;
  /** Of `boundClaims`, those that hold a value that is no text. */
  readonly claimsOfOtherKind: readonly string[];
  readonly isGlob: boolean;
  /** From claim to the key of the metadata. */
  readonly mappings: Readonly<Record<string, string>>;
  readonly groupsClaim: string;
  readonly policies: readonly string[];
  readonly templatesPolicies: boolean;
  readonly noDefaultPolicy: boolean;
  readonly ttl: number;
  readonly maxTtl: number;
  readonly explicitMaxTtl: number;
  readonly period: number;
  readonly numUses: number;
  /** `default`, `service`, `batch`, `default-service` or `default-batch`. */
  readonly tokenType: string;
  readonly cidrs: readonly string[];
  readonly clockSkewLeeway: number;
  readonly expirationLeeway: number;
  readonly verboseLogging: boolean;
}

/** `GET auth/<mount>/cel/role/<name>`. */
export interface CelRole {
  readonly name: string;
  readonly audiences: readonly string[];
  /** The whole program, variables and expression, as one text. */
  readonly program: string;
}

/** `GET sys/policies/acl/<name>`. */
export interface Policy {
  readonly name: string;
  /** HCL or JSON. */
  readonly text: string;
  readonly allowsSlashes: boolean;
  readonly allowsWildcards: boolean;
}

export interface Entity {
  /** Name of its alias in this mount: a value of `user_claim`. */
  readonly alias: string;
  readonly policies: readonly string[];
  readonly groups: number;
}

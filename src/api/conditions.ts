/**
 * What a pool's conditions say: each type with what `True` means, and each reason with the sentence that explains it. The
 * reference page is made from these tables; the message of a condition adds what is particular.
 */
export const CONDITION_TYPES = {
  Ready: 'The spec is valid, Forgejo answers with enough rights, and no wanted runner is stuck.',
  SpecValid: 'The spec keeps every rule of this page.',
  ForgejoReachable: 'The last question to Forgejo got an answer that makes sense.',
  Authorized: 'The token may manage the runners of the scope.',
  ImageSupported: 'The runner image holds a version that the mode works with.',
  ScalingLimited: 'There is demand that the pool does not, or not yet, follow.',
  Draining: 'Runners are waited for: they end with their job.',
  OIDCReady: 'Forgejo gives ID tokens that OpenBao can check, and OpenBao is ready; only of a pool with spec.identity.',
} as const satisfies Readonly<Record<string, string>>;

export type ConditionType = keyof typeof CONDITION_TYPES;

export const CONDITION_REASONS = {
  // Ready
  RunnersReady: 'Every wanted runner is there.',
  RunnersStuck: 'Runners that the pool wants do not get to work.',
  PendingTimeout: 'A runner did not report within pendingTimeoutSeconds and was given up.',
  PodNotCreated: 'Kubernetes does not create the Pod of a runner: quota, admission or service account; the events of its Job tell.',
  // SpecValid
  SpecAccepted: 'The spec is valid.',
  UnknownFields:
    'The spec has fields of Kubernetes that this operator does not know, and is valid but for these. They are passed on: an API server that does not know them either refuses the Job or Deployment of a runner (server-side apply), or drops them.',
  SpecInvalid: 'The spec breaks a rule; everything stays as it is until it is mended.',
  // ForgejoReachable
  ForgejoAnswered: 'Forgejo answers.',
  ForgejoUnreachable: 'There is no connection to Forgejo.',
  ForgejoTimeout: 'Forgejo did not answer in time.',
  ForgejoServerError: 'Forgejo, or a proxy before it, answered with a 5xx status.',
  ForgejoThrottled: 'A proxy before Forgejo answered 429.',
  ForgejoNonsense: 'The answer is not what the API of Forgejo documents; is the URL that of a Forgejo 15 or newer?',
  AddressRefused: 'The operator is not allowed to speak to this address.',
  CaMissing: 'The CA bundle that the pool names does not exist, or has no such key.',
  CaInvalid: 'The CA bundle that the pool names holds no PEM certificate.',
  // Authorized
  TokenAccepted: 'The token may manage these runners.',
  ForgejoUnreadable: 'spec.forgejo of a deleted pool can not be read.',
  TokenSecretMissing: 'The Secret of the token does not exist.',
  TokenKeyMissing: 'The Secret of the token has no such key, or it is empty.',
  TokenRefused: 'Forgejo does not know the token: it is wrong or revoked.',
  TokenScopeTooNarrow: 'The token lacks a scope.',
  Forbidden: 'The user of the token may not manage the runners of this scope.',
  ScopeNotFound: 'The scope does not exist, the token may not see it, or Actions are switched off.',
  ScopeMoved: 'The repository or organization was renamed; make a pool for the new name.',
  RequestRejected: 'Forgejo rejected the request.',
  // ImageSupported
  ImageVersionKnown: 'The version of the runner image is known and new enough.',
  ImageUnsupported:
    'The runner image is older than the mode needs, by what the spec says or by what a runner reports, or the spec says no version.',
  ImageVersionDiffers: 'A warning: runners report another version to Forgejo than the spec says.',
  ImageFloating: 'A warning: an image is named by a tag that moves, so what runs can change without a change of the pool.',
  ImageOld: 'A warning: the runner image is of an older minor version than the one this operator ships with.',
  // ScalingLimited
  WithinLimits: 'The pool follows the demand.',
  AtMaximum: 'More jobs wait than maxRunners, of the pool or of an open window, allows runners.',
  Paused: 'The pool is paused: no new runners.',
  RepositoriesUnresolved: 'A name in spec.repositories could not be looked up.',
  FairnessLimit: 'Jobs wait because their repository or owner has as many runners as spec.fairness allows.',
  StartFailures: 'Runners failed to start in a row; the next try waits.',
  BackingOff: 'Jobs that no runner got are tried again later.',
  NamespaceTerminating: 'The namespace is being deleted: nothing new can be created in it.',
  // Draining
  NotDraining: 'No runner is waited for.',
  OutdatedRunners: 'Runners of an older spec are replaced once they are idle.',
  DrainTimeout:
    'A runner was at work with an older spec for drainTimeoutSeconds and is told to end; its job may go on for jobTimeoutSeconds.',
  Finalizing: 'The pool is deleted once its runners have ended.',
  // OIDCReady
  OidcChecked: 'Discovery document and keys of Forgejo are in order, OpenBao is ready, and their clocks agree.',
  OidcUnchecked: 'It has not been looked at yet.',
  DiscoveryUnreachable: 'Forgejo was not reached for its discovery document or keys.',
  DiscoveryMissing: 'Forgejo has no discovery document for Actions: it is older than 15, or Actions are off.',
  DiscoveryInvalid: 'What answers is no discovery document or key set, or one that contradicts itself.',
  IssuerUnderSubPath: 'Forgejo lives under a path of its host, and sends jobs to a wrong URL for their ID tokens.',
  IssuerUnreachable: "Jobs ask for ID tokens at Forgejo's ROOT_URL, which is not spec.forgejo.url and does not answer.",
  AlgorithmUnsupported: 'Forgejo signs with an algorithm that has no public key.',
  ClocksDiffer: 'The clocks of Forgejo and OpenBao are more than 60 s apart.',
  OpenBaoNotAsked: "The operator's list does not let it speak to the OpenBao of the pool.",
  // Authorized, of a pool with spec.forgejo.tokenFrom
  TokenSourceOff: 'The operator has no OpenBao to take the token from.',
  TokenSourceNotAllowed: "The operator's list has no row for this namespace, role, path and URL.",
  OpenBaoDenied: 'OpenBao does not let the operator in, or not read the path.',
  OpenBaoSecretMissing: 'OpenBao has no such secret, or its latest version is deleted.',
  OpenBaoKeyMissing: 'The secret in OpenBao has no such key, or it holds no token.',
  // Authorized or OIDCReady
  OpenBaoSealed: 'OpenBao is sealed or not initialised.',
  OpenBaoUnreachable: 'OpenBao gives no answer that makes sense.',
  // any type
  NotAsked: 'Forgejo could not be asked.',
} as const satisfies Readonly<Record<string, string>>;

export type ConditionReason = keyof typeof CONDITION_REASONS;

/** One entry of `status.conditions`; `lastTransitionTime` is RFC 3339. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ConditionReason;
  readonly message: string;
  readonly lastTransitionTime: string;
}

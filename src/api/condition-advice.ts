/**
 * What to do about each reason: the second half of a condition's message, and a column of the reference page. Null: nothing is
 * wrong. What is particular, names and numbers, stands in the first half.
 */
import type { ConditionReason } from './conditions.ts';

export const CONDITION_ADVICE = {
  // Ready
  RunnersReady: null,
  RunnersStuck: 'Mend what its events name (image, node, volume); the runner goes on by itself.',
  PendingTimeout: 'Mend what keeps it from starting, or raise spec.pendingTimeoutSeconds; another one is tried.',
  PodNotCreated: 'Mend the quota, the admission rule or the service account that its events name; another try follows.',
  // SpecValid
  SpecAccepted: null,
  UnknownFields: 'Correct what is a typing error (kubectl edit runnerpool), and leave what your cluster knows.',
  SpecInvalid:
    'Correct each field that condition SpecValid names (kubectl edit runnerpool); kubectl explain runnerpool.spec says what a field takes.',
  // ForgejoReachable
  ForgejoAnswered: null,
  ForgejoUnreachable: "Check spec.forgejo.url, DNS, network policies and the CA bundle, as seen from the operator's Pod.",
  ForgejoTimeout: 'Check the load of Forgejo and the network between it and the operator.',
  ForgejoServerError: 'Look into the log of Forgejo, and of a proxy before it.',
  ForgejoThrottled: 'Raise the limit of the proxy for the operator, or spec.pollIntervalSeconds.',
  ForgejoNonsense: 'Check that spec.forgejo.url names a Forgejo 15 or newer, and that no proxy answers in its place.',
  AddressRefused: "Ask the operator's administrator to name the server in FORGEJO_URL_ALLOWLIST.",
  CaMissing: 'Create it, or correct what names it: spec.forgejo.caSecretRef or caConfigMapRef, or spec.identity.openbao.ca.',
  CaInvalid: "Put the PEM certificates of the server's CA under that key.",
  // Authorized
  TokenAccepted: null,
  ForgejoUnreadable: 'Correct spec.forgejo, or let the pool end: what it leaves in Forgejo is then removed by hand.',
  TokenSecretMissing: 'Create it: kubectl create secret generic NAME --from-file=KEY=FILE, with the names of spec.forgejo.tokenSecretRef.',
  TokenKeyMissing: 'Put the API token under that key, or correct spec.forgejo.tokenSecretRef.key.',
  TokenRefused: 'Put a valid token into the Secret of spec.forgejo.tokenSecretRef, or the secret that tokenFrom names.',
  TokenScopeTooNarrow:
    'Make a token with that scope, and put it into the Secret of spec.forgejo.tokenSecretRef, or the secret that tokenFrom names.',
  Forbidden: 'Put the token of a user who may into the Secret of spec.forgejo.tokenSecretRef, or the secret that tokenFrom names.',
  ScopeNotFound: "Check the name in spec.forgejo.scope, that the token's user may see it, and that Actions are enabled there.",
  ScopeMoved: 'Make a pool whose spec.forgejo.scope has the new name, and delete this one.',
  RequestRejected: 'Check that spec.forgejo.url names a Forgejo 15 or newer, and look into its log.',
  // ImageSupported
  ImageVersionKnown: null,
  ImageUnsupported:
    'Set spec.runner.image to an image of a version that is new enough, and spec.runner.version when its tag does not say it.',
  ImageVersionDiffers:
    'Set spec.runner.version to the version that the image holds, and pin spec.runner.image by digest if its tag was moved.',
  ImageFloating: 'Name a whole version in these fields, or pin by digest.',
  ImageOld: 'Set spec.runner.image to a newer version.',
  // ScalingLimited
  WithinLimits: null,
  AtMaximum: 'Raise maxRunners there, or let the jobs wait.',
  Paused: 'Set spec.paused to false to go on.',
  RepositoriesUnresolved: 'Mend that, or write the id of the repository in its place: an id is never looked up.',
  FairnessLimit: 'Raise maxRunnersPerRepository or maxRunnersPerOwner there, or let the jobs wait.',
  StartFailures: 'Mend the cause that status.recentRunners names (kubectl describe runnerpool); the first runner that starts ends this.',
  BackingOff: 'Wait; if it lasts, status.backoff (kubectl describe runnerpool) says what is held back, and until when.',
  NamespaceTerminating: 'Nothing is to be done: the pool goes with its namespace.',
  // Draining
  NotDraining: null,
  OutdatedRunners: 'Wait; a higher spec.updateStrategy.maxUnavailable replaces idle runners faster.',
  DrainTimeout: 'Wait, or cancel the job in Forgejo.',
  Finalizing: 'Wait, or cancel the jobs in Forgejo that still run.',
  // OIDCReady
  OidcChecked: null,
  OidcUnchecked: 'Wait for the next sync.',
  DiscoveryUnreachable:
    'Mend what condition ForgejoReachable names; when it is True, look into the log of Forgejo, and of a proxy before it.',
  DiscoveryMissing: 'Check that spec.forgejo.url names a Forgejo 15 or newer, and that Actions are enabled there.',
  DiscoveryInvalid: 'Check what stands before Forgejo at spec.forgejo.url, and its ROOT_URL.',
  IssuerUnderSubPath: 'Give Forgejo a host of its own, with ROOT_URL to match.',
  IssuerUnreachable:
    'Check ROOT_URL of Forgejo, and that jobs reach it (DNS, network policies); FORGEJO_URL_ALLOWLIST lets the operator look for itself.',
  AlgorithmUnsupported: 'Set [actions] ID_TOKEN_SIGNING_ALGORITHM of Forgejo to RS256, or to another one with a key pair.',
  ClocksDiffer: 'Set the clocks of both servers by one time server.',
  OpenBaoNotAsked: "Ask the operator's administrator to name it in IDENTITY_URL_ALLOWLIST.",
  // Authorized, of a pool with spec.forgejo.tokenFrom
  TokenSourceOff: "Ask the operator's administrator to set OPENBAO_ADDR, or name a Secret with spec.forgejo.tokenSecretRef instead.",
  TokenSourceNotAllowed: "Ask the operator's administrator to add one to the file of OPENBAO_ALLOW_FILE.",
  OpenBaoDenied:
    'Correct the role and its policy in OpenBao, whose audit log has the request, or role and path in spec.forgejo.tokenFrom.openbao.',
  OpenBaoSecretMissing:
    'Create it in OpenBao, or correct the name in spec.forgejo.tokenFrom.openbao.path or in OPENBAO_NAMESPACE of the operator.',
  OpenBaoKeyMissing: 'Put the API token under that key, or correct spec.forgejo.tokenFrom.openbao.key.',
  // Authorized or OIDCReady
  OpenBaoSealed: 'Unseal it with bao operator unseal; a new one is initialised first.',
  OpenBaoUnreachable:
    "Check OPENBAO_ADDR, OPENBAO_CA_FILE and OPENBAO_TOKEN_FILE of the operator, or spec.identity.openbao; OpenBao's log and load; DNS and network policies.",
  // any type
  NotAsked: 'Mend what condition Ready names.',
} as const satisfies Readonly<Record<ConditionReason, string | null>>;

/** Kubernetes' own bound for a condition's message. */
const MOST_MESSAGE = 32_768;

/** The message of a condition: `fact`, one or more sentences, says what is; however long it is, what to do stands behind it. */
export function messageOf(reason: ConditionReason, fact: string): string {
  const advice = CONDITION_ADVICE[reason];
  return advice === null ? fact : `${fact.slice(0, MOST_MESSAGE - advice.length - 1)} ${advice}`;
}

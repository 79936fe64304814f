/**
 * The condition OIDCReady: whether a workflow can get an ID token from Forgejo that OpenBao can take, the first thing that stands
 * in the way. It says nothing of roles, which are OpenBao's alone, and nothing of the pool: runners are made all the same.
 */
import { messageOf } from '../api/condition-advice.ts';
import type { ConditionReason } from '../api/conditions.ts';
import type { Finding, PreviousCondition } from './conditions.ts';
import type { ForgejoFailure } from './failure.ts';
import type { DiscoveryView, HealthView, IdentityView, OidcDocuments } from './oidc.ts';

/** OpenBao's own leeway for `exp`, `nbf` and `iat`; beyond it every token is too old or of the future. */
const CLOCK_LEEWAY_MS = 60_000;
/** What OpenBao can check (`jwt_supported_algs`); with a shared secret, or none, it checks nothing. */
const ASYMMETRIC = /^(RS|PS|ES)(256|384|512)$|^EdDSA$/;
const DEFAULT_ALGORITHM = 'RS256';

const TYPE = 'OIDCReady';

/** `forgejoUrl`: `spec.forgejo.url`, without a slash at its end. */
export function oidcReady(view: IdentityView, forgejoUrl: string): Finding {
  return troubleOfForgejo(view.discovery, forgejoUrl) ?? troubleOfOpenBao(view.health) ?? together(view);
}

/**
 * A process that has just begun knows nothing yet: what was last said of this very spec goes on standing, so that a restart
 * does not turn the condition. `current`: the last status was written for the present spec.
 */
export function withoutHaste(found: Finding, previous: readonly PreviousCondition[], current: boolean): readonly Finding[] {
  const stands = current && previous.some(({ type }) => type === TYPE);
  return found.reason === 'OidcUnchecked' && stands ? [] : [found];
}

/** A pool that no longer has an identity has no such condition. */
export function withoutOidc(previous: readonly PreviousCondition[]): readonly PreviousCondition[] {
  return previous.filter(({ type }) => type !== TYPE);
}

function not(reason: ConditionReason, fact: string): Finding {
  return { type: TYPE, status: 'False', reason, message: messageOf(reason, fact) };
}

function unknown(reason: ConditionReason, fact: string): Finding {
  return { type: TYPE, status: 'Unknown', reason, message: messageOf(reason, fact) };
}

function troubleOfForgejo(discovery: DiscoveryView | null, forgejoUrl: string): Finding | null {
  if (discovery === null) return null;
  switch (discovery.kind) {
    case 'failed':
      return discoveryFailed(discovery.failure);
    case 'caMissing':
      return unknown('CaMissing', `The CA bundle "${discovery.object}" with key "${discovery.key}" for Forgejo does not exist.`);
    case 'caInvalid':
      return unknown('CaInvalid', `Key "${discovery.key}" of the CA bundle "${discovery.object}" for Forgejo holds no PEM certificate.`);
    case 'answered': {
      const { documents } = discovery;
      return troubleOfPath(documents) ?? troubleOfIssuer(documents, forgejoUrl) ?? troubleOfKeys(documents);
    }
  }
}

function discoveryFailed(failure: ForgejoFailure): Finding {
  const asked = `${failure.method} ${failure.path}`;
  switch (failure.kind) {
    case 'unreachable':
    case 'timeout':
    case 'serverError':
    case 'throttled':
      return unknown('DiscoveryUnreachable', `${asked}: Forgejo did not answer.`);
    case 'addressRefused':
      return unknown('DiscoveryUnreachable', `${asked}: the operator may not speak to ${failure.host} (FORGEJO_URL_ALLOWLIST).`);
    case 'notFound':
      return not('DiscoveryMissing', `${asked}: 404. Forgejo gives ID tokens from version 15 on, when Actions are enabled.`);
    case 'moved':
    case 'nonsense':
    case 'unauthorized':
    case 'scopeTooNarrow':
    case 'forbidden':
    case 'notOurs':
    case 'rejected':
      return not(
        'DiscoveryInvalid',
        `${asked}: the answer is no discovery document or key set${failure.kind === 'nonsense' ? ` (${failure.problem})` : ''}.`,
      );
  }
}

/** Forgejo doubles the path of its ROOT_URL in what it gives to jobs (15.0.3, services/actions/task.go). */
function troubleOfPath({ issuer }: OidcDocuments): Finding | null {
  if (new URL(issuer).pathname === '/api/actions') return null;
  return not('IssuerUnderSubPath', 'Forgejo lives under a path of its host: it sends jobs to a wrong URL for their ID tokens.');
}

function troubleOfIssuer({ issuer, jwksUri, issuerAnswers }: OidcDocuments, forgejoUrl: string): Finding | null {
  if (jwksUri !== `${issuer}/.well-known/keys`) {
    return not('DiscoveryInvalid', "The document's jwks_uri is not below its issuer.");
  }
  if (issuer === `${forgejoUrl}/api/actions` || issuerAnswers === 'same') return null;
  const differs = `Forgejo's ROOT_URL is ${issuer.replace(/\/api\/actions$/, '')}, and there jobs ask for their ID tokens, not at spec.forgejo.url.`;
  if (issuerAnswers === 'other') return not('IssuerUnreachable', `${differs} Another server answers there.`);
  if (issuerAnswers === null) return null;
  if (issuerAnswers.kind === 'addressRefused') {
    return unknown('IssuerUnreachable', `${differs} The operator may not speak to it, and can't tell whether jobs reach it.`);
  }
  return not('IssuerUnreachable', `${differs} The operator does not reach it, and jobs may not either.`);
}

function troubleOfKeys({ algorithms, keyAlgorithms }: OidcDocuments): Finding | null {
  if (algorithms.some((algorithm) => ASYMMETRIC.test(algorithm) && keyAlgorithms.includes(algorithm))) return null;
  return not('AlgorithmUnsupported', 'Forgejo shows no public key of the algorithm that it signs with.');
}

function troubleOfOpenBao(health: HealthView | null): Finding | null {
  if (health === null) return null;
  switch (health.kind) {
    case 'ready':
      return null;
    case 'sealed':
      return not('OpenBaoSealed', 'OpenBao at spec.identity.openbao.address is sealed.');
    case 'uninitialized':
      return not('OpenBaoSealed', 'OpenBao at spec.identity.openbao.address is not initialised.');
    case 'unreachable':
      return not('OpenBaoUnreachable', `The operator has no connection to spec.identity.openbao.address (${health.code}).`);
    case 'timeout':
      return not('OpenBaoUnreachable', 'spec.identity.openbao.address does not answer in time.');
    case 'nonsense':
      return not('OpenBaoUnreachable', `What answers at spec.identity.openbao.address is not OpenBao (${health.problem}).`);
    case 'notAllowed':
      return unknown(
        'OpenBaoNotAsked',
        'The operator may not speak to spec.identity.openbao.address, and can not tell whether it is ready.',
      );
    case 'caMissing':
      return not(
        'CaMissing',
        `The CA bundle "${health.object}" with key "${health.key}" of spec.identity.openbao.ca does not exist in the pool's namespace.`,
      );
    case 'caInvalid':
      return not('CaInvalid', `Key "${health.key}" of "${health.object}" in spec.identity.openbao.ca holds no PEM certificate.`);
  }
}

function together({ discovery, health }: IdentityView): Finding {
  if (discovery?.kind !== 'answered' || health?.kind !== 'ready') {
    return unknown('OidcUnchecked', 'Forgejo and OpenBao have not answered yet.');
  }
  const { documents } = discovery;
  if (documents.aheadMs !== null && health.aheadMs !== null) {
    const apart = documents.aheadMs - health.aheadMs;
    if (Math.abs(apart) > CLOCK_LEEWAY_MS) {
      const seconds = Math.round(Math.abs(apart) / 1000);
      const how = apart > 0 ? 'ahead of' : 'behind';
      return not('ClocksDiffer', `Forgejo's clock is ${seconds} s ${how} that of OpenBao, which refuses such tokens.`);
    }
  }
  const [algorithm = DEFAULT_ALGORITHM] = documents.algorithms;
  const other =
    algorithm === DEFAULT_ALGORITHM ? '' : ` Its tokens are signed with ${algorithm}, which the mount's jwt_supported_algs must name.`;
  const message = `Forgejo gives ID tokens as ${documents.issuer}, and OpenBao is ready.${other}`;
  return { type: TYPE, status: 'True', reason: 'OidcChecked', message };
}

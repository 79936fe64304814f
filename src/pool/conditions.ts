/** The pool's conditions: what holds, why, and what to do. A time moves only when a status does. */

import { messageOf } from '../api/condition-advice.ts';
import { CONDITION_REASONS, CONDITION_TYPES, type Condition, type ConditionReason, type ConditionType } from '../api/conditions.ts';
import { KUBERNETES_VERSION } from '../api/kubernetes/validator.ts';
import { isBackingOff, POOL_KEY, REGISTER_KEY } from './backoff.ts';
import { draining } from './draining.ts';
import { type FailureWords, wordsForFailure } from './failure-words.ts';
import type { Fate } from './fate.ts';
import { imageRefused, imageSupported } from './image-condition.ts';
import type { Instant } from './instant.ts';
import { rfc3339 } from './instant.ts';
import type { World } from './model.ts';
import type { Plan } from './plan.ts';
import { deniesSomeUnknown, wordsForUnresolved } from './repositories.ts';
import { windowOfMaximum } from './schedule.ts';
import type { Settled } from './settle.ts';
import { POOL_BRAKE_AFTER } from './times.ts';

/** A condition before it is known since when it holds. */
export interface Finding {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ConditionReason;
  readonly message: string;
  /** Judged without the reports of runners: gives way to what an earlier sync said with them (`image-condition.ts`). */
  readonly provisional?: true;
}

/** While a refused registration is held back, what it said of the token goes on standing. */
export function findings(
  world: World,
  plan: Plan,
  settled: Settled,
  finalizing: boolean,
  warnings: readonly FieldWords[] = [],
): readonly Finding[] {
  const failure = world.forgejo.kind === 'unavailable' ? world.forgejo.failure : settled.failures[0];
  const words = failure === undefined ? null : wordsForFailure(failure);
  const held = words === null && isBackingOff(settled.memory, REGISTER_KEY, world.now);
  return [
    ...(held ? [] : [ready(plan, words), reachable(words), authorized(words, world)]),
    specValid(warnings),
    ...imageSupported(world, plan),
    scalingLimited(world, plan),
    draining(plan, finalizing, world),
  ];
}

/** What is said of one field of the spec, `spec.labels[2]`. */
interface FieldWords {
  readonly field: string;
  readonly message: string;
}

/** More fields than anybody mends in one go are only counted. */
const MOST_FIELDS = 10;

/** A field that is not known may be a typing error or of a newer Kubernetes: the pool works on, and says so. */
function specValid(warnings: readonly FieldWords[]): Finding {
  if (warnings.length === 0) return { type: 'SpecValid', status: 'True', reason: 'SpecAccepted', message: 'The spec is valid.' };
  const named = warnings.slice(0, MOST_FIELDS).map(({ field }) => field);
  const more = warnings.length > MOST_FIELDS ? ` and ${warnings.length - MOST_FIELDS} more` : '';
  const message = `Kubernetes ${KUBERNETES_VERSION} does not know ${named.join(', ')}${more}. They are passed on, for a newer cluster may; an API server that does not know them refuses the runner's Job or Deployment, or drops them. The rest of the spec is valid.`;
  return { type: 'SpecValid', status: 'True', reason: 'UnknownFields', message: messageOf('UnknownFields', message) };
}

/** What a pool whose spec is refused can say: everything else is as it was. */
export function findingsForInvalidSpec(problems: readonly FieldWords[]): readonly Finding[] {
  const broken = `${problems.map((problem) => `${problem.field}: ${problem.message}`).join('; ')}.`;
  return [
    ...imageRefused(problems),
    {
      type: 'Ready',
      status: 'False',
      reason: 'SpecInvalid',
      message: messageOf('SpecInvalid', 'The spec is invalid. Everything stays as it is until it is mended.'),
    },
    { type: 'SpecValid', status: 'False', reason: 'SpecInvalid', message: messageOf('SpecInvalid', broken) },
  ];
}

/** A condition as an earlier status had it; somebody may have written anything. */
export interface PreviousCondition {
  readonly type: string;
  readonly status: Finding['status'];
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: Instant;
}

/** Sets the times, and keeps what this sync did not judge. Sorted by type, so that equal findings are equal lists. */
export function mergeConditions(previous: readonly PreviousCondition[], found: readonly Finding[], now: Instant): readonly Condition[] {
  const kept = previous.flatMap(({ type, status, reason, message, lastTransitionTime }) =>
    isType(type) && isReason(reason) && !found.some((finding) => finding.type === type)
      ? [{ type, status, reason, message, lastTransitionTime: rfc3339(lastTransitionTime) }]
      : [],
  );
  const set = found.map(({ type, status, reason, message }) => {
    const old = previous.findLast((condition) => condition.type === type);
    return { type, status, reason, message, lastTransitionTime: rfc3339(old?.status === status ? old.lastTransitionTime : now) };
  });
  return [...kept, ...set].toSorted((a, b) => (a.type < b.type ? -1 : 1));
}

function isType(text: string): text is ConditionType {
  return Object.hasOwn(CONDITION_TYPES, text);
}

function isReason(text: string): text is ConditionReason {
  return Object.hasOwn(CONDITION_REASONS, text);
}

function ready(plan: Plan, words: FailureWords | null): Finding {
  if (words !== null) return { type: 'Ready', status: 'False', reason: words.reason, message: words.message };
  const late = plan.fates.find(({ slot }) => slot.phase === 'stuck');
  const blocked = plan.fates.find(
    ({ phase, slot }) => phase === 'starting' && slot.waitsFor !== null && !HARMLESS_WAITS.has(slot.waitsFor),
  );
  const stuck = late ?? blocked;
  if (stuck !== undefined) return { type: 'Ready', status: 'False', ...stuckWords(stuck) };
  // Between two tries there is no runner that could be stuck.
  if (isBraked(plan)) return { type: 'Ready', status: 'False', reason: 'StartFailures', message: BRAKED };
  return { type: 'Ready', status: 'True', reason: 'RunnersReady', message: 'No wanted runner is stuck.' };
}

const BRAKED = messageOf('StartFailures', 'Runners failed to start in a row: one is tried a minute until one starts.');

function isBraked({ backoff }: Plan): boolean {
  return backoff.some(({ key, failures }) => key === POOL_KEY && failures >= POOL_BRAKE_AFTER);
}

/** A Pod passes through these on its way up. */
const HARMLESS_WAITS: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', 'Completed']);

function stuckWords({ slot }: Fate): Pick<Finding, 'reason' | 'message'> {
  if (slot.waitsFor === 'PodNotCreated') {
    const shows = `kubectl describe ${slot.kind.toLowerCase()} ${slot.key} shows why (quota, admission, service account).`;
    return { reason: 'PodNotCreated', message: messageOf('PodNotCreated', `Kubernetes created no Pod for runner ${slot.key}: ${shows}`) };
  }
  const reason = slot.phase === 'stuck' ? 'PendingTimeout' : 'RunnersStuck';
  const waits = slot.waitsFor === null ? 'it has not reported to Forgejo' : `its Pod waits: ${slot.waitsFor}`;
  return { reason, message: messageOf(reason, `Runner ${slot.key} does not get to work: ${waits}.${whereToLook(slot)}`) };
}

/** A Pod that waits has events, one that runs has a log. */
function whereToLook({ pod }: Fate['slot']): string {
  switch (pod?.state.kind) {
    case 'waiting':
      return ` kubectl describe pod ${pod.name} shows why.`;
    case 'running':
      return ` kubectl logs ${pod.name} -c runner shows why.`;
    case 'terminated':
    case undefined:
      return '';
  }
}

function reachable(words: FailureWords | null): Finding {
  if (words?.type === 'ForgejoReachable') return { ...words, type: 'ForgejoReachable', status: 'False' };
  if (words !== null && UNASKED.has(words.reason)) {
    return { type: 'ForgejoReachable', status: 'Unknown', reason: 'NotAsked', message: NOT_ASKED };
  }
  return { type: 'ForgejoReachable', status: 'True', reason: 'ForgejoAnswered', message: 'Forgejo answers.' };
}

const NOT_ASKED = messageOf('NotAsked', 'Forgejo could not be asked.');

const UNASKED: ReadonlySet<ConditionReason> = new Set([
  'TokenSecretMissing',
  'TokenKeyMissing',
  'ForgejoUnreadable',
  'TokenSourceOff',
  'TokenSourceNotAllowed',
  'OpenBaoDenied',
  'OpenBaoSecretMissing',
  'OpenBaoKeyMissing',
  'OpenBaoSealed',
  'OpenBaoUnreachable',
]);

function authorized(words: FailureWords | null, world: World): Finding {
  if (words?.type === 'Authorized') return { ...words, type: 'Authorized', status: 'False' };
  if (words === null || world.forgejo.kind === 'answered')
    return { type: 'Authorized', status: 'True', reason: 'TokenAccepted', message: 'The token may manage these runners.' };
  return { type: 'Authorized', status: 'Unknown', reason: 'NotAsked', message: NOT_ASKED };
}

function scalingLimited(world: World, plan: Plan): Finding {
  const limited = (reason: ConditionReason, fact: string): Finding => ({
    type: 'ScalingLimited',
    status: 'True',
    reason,
    message: messageOf(reason, fact),
  });
  if (world.namespaceTerminating) return limited('NamespaceTerminating', 'The namespace is being deleted: no new runners.');
  if (world.spec.paused) return limited('Paused', 'spec.paused is true: no new runners; what runs goes on.');
  const unresolved = world.forgejo.kind === 'answered' ? wordsForUnresolved(world.repositories.unresolved) : null;
  if (unresolved !== null && deniesSomeUnknown(world.repositories)) return limited('RepositoriesUnresolved', unresolved);
  if (isBraked(plan)) return { type: 'ScalingLimited', status: 'True', reason: 'StartFailures', message: BRAKED };
  if (plan.atMaximum) return limited('AtMaximum', `More runners are wanted than ${maximumOf(world)} allows.`);
  if (plan.demand?.limited === true) {
    const words = 'Some jobs wait although there is room: their repository or owner has as many runners as spec.fairness allows.';
    return limited('FairnessLimit', words);
  }
  if (unresolved !== null) return limited('RepositoriesUnresolved', unresolved);
  const waiting = plan.backoff.some((entry) => entry.key !== POOL_KEY && entry.until > world.now);
  if (waiting) return limited('BackingOff', 'Some jobs or runners are tried again later.');
  return { type: 'ScalingLimited', status: 'False', reason: 'WithinLimits', message: 'The pool follows the demand.' };
}

function maximumOf({ spec, limits }: World): string {
  const window = windowOfMaximum(spec, limits);
  return `${window === null ? 'spec.maxRunners' : `maxRunners of the window "${window}" in spec.schedules`} (${limits.maxRunners})`;
}

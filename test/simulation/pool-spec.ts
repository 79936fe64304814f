/** What the pools of a run are to be, as far as people have changed their minds. */
import { API_VERSION, KIND } from '../../src/api/keys.ts';
import type { NewObject } from '../../src/dev/cluster/objects.ts';
import { FORGEJO_URL } from '../../src/dev/virtual-world.ts';
import { NAMESPACE, NEIGHBOUR, ORGANIZATION, POOL, REPOSITORIES, TOKEN_SECRET } from './names.ts';
import type { Repository, Scenario } from './scenario.ts';

/** Edits of one pool; numbers count how many edits of that kind are in force. */
export interface PoolEdits {
  min: number;
  max: number;
  template: string | null;
  extraLabels: number;
  removedLabels: number;
  pauses: number;
  readonly denials: Record<Repository, number>;
}

export function firstEdits({ limits }: Scenario): PoolEdits {
  const denials = { 'acme/app': 0, 'acme/site': 0 };
  return { min: limits.min, max: limits.max, template: null, extraLabels: 0, removedLabels: 0, pauses: 0, denials };
}

export function poolObject(scenario: Scenario, edits: PoolEdits): NewObject {
  const labels = [edits.removedLabels > 0 ? 'idle:host' : 'docker:host', ...(edits.extraLabels > 0 ? ['gpu:host'] : [])];
  const env = { name: 'EDITED', value: edits.template ?? '' };
  const template = edits.template === null ? {} : { template: { spec: { containers: [{ name: 'runner', env: [env] }] } } };
  const spec = {
    ...commonSpec(scenario),
    ...sharingSpec(scenario, edits),
    mode: scenario.mode,
    labels,
    minRunners: mayKeepWarm(scenario) ? edits.min : 0,
    maxRunners: edits.max,
    schedules: scenario.windows.map(({ fromMinute, minutes, min, max }, index) => ({
      name: `window-${index}`,
      timeZone: 'UTC',
      start: `${fromMinute} 0 * * *`,
      duration: `${minutes}m`,
      maxRunners: max,
      ...(min === null ? {} : { minRunners: min }),
    })),
    containerMode: { type: scenario.containerMode },
    paused: edits.pauses > 0,
    ...template,
  };
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: POOL, namespace: NAMESPACE }, spec };
}

function sharingSpec({ sharing }: Scenario, edits: PoolEdits): object {
  const { order, maxRunnersPerRepository, maxRunnersPerOwner, choice, claimDelaySeconds } = sharing;
  const fairness = {
    order,
    ...(maxRunnersPerRepository === null ? {} : { maxRunnersPerRepository }),
    ...(maxRunnersPerOwner === null ? {} : { maxRunnersPerOwner }),
  };
  if (choice === null) return { fairness, claimDelaySeconds };
  const idsOf = (paths: readonly Repository[]): readonly string[] => paths.map((path) => String(repositoryIdOf(path)));
  const denied = REPOSITORIES.filter((path) => edits.denials[path] > 0 || (choice.list === 'deny' && choice.repository === path));
  const allow = choice.list === 'allow' ? { allow: idsOf([choice.repository]) } : {};
  return { fairness, claimDelaySeconds, repositories: { ...allow, deny: idsOf(denied) } };
}

/** Whether the pool is to serve it, by its spec. */
export function servesRepository({ sharing: { choice } }: Pick<Scenario, 'sharing'>, edits: PoolEdits, repository: Repository): boolean {
  if (choice === null) return true;
  return edits.denials[repository] === 0 && (choice.list === 'allow') === (choice.repository === repository);
}

export function repositoryIdOf(path: Repository): number {
  return REPOSITORIES.indexOf(path) + 1;
}

/** Runners that take any job can not choose whose. */
export function mayKeepWarm({ sharing }: Pick<Scenario, 'sharing'>): boolean {
  return sharing.choice === null && sharing.claimDelaySeconds === 0;
}

/** The limits that a pool's spec sets; `elapsedMs`: since the beginning of the run. */
export function limitsAt(scenario: Scenario, edits: PoolEdits, elapsedMs: number): { readonly min: number; readonly max: number } {
  const minute = (scenario.startSecond * 1000 + elapsedMs) / 60_000;
  const open = scenario.windows.filter(({ fromMinute, minutes }) => fromMinute <= minute && minute < fromMinute + minutes);
  const max = open.at(-1)?.max ?? edits.max;
  const min = open.findLast((window) => window.min !== null)?.min ?? edits.min;
  return { min: mayKeepWarm(scenario) ? Math.min(min, max) : 0, max };
}

/** Another pool of the same namespace, scope and token, for other jobs. */
export function neighbourObject(scenario: Scenario): NewObject {
  const spec = { ...commonSpec(scenario), labels: ['other:host'], minRunners: 0, maxRunners: 2, containerMode: { type: 'Host' } };
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: NEIGHBOUR, namespace: NAMESPACE }, spec };
}

function commonSpec({ limits, pollIntervalSeconds, maxUnavailable, reportDeadRunners }: Scenario): object {
  return {
    forgejo: { url: FORGEJO_URL, scope: { organization: ORGANIZATION }, tokenSecretRef: { name: TOKEN_SECRET } },
    pollIntervalSeconds,
    updateStrategy: { maxUnavailable },
    reportDeadRunners,
    jobTimeoutSeconds: limits.jobTimeoutSeconds,
    pendingTimeoutSeconds: limits.pendingTimeoutSeconds,
    idleTimeoutSeconds: limits.idleTimeoutSeconds,
    drainTimeoutSeconds: drainTimeoutSeconds(limits),
    runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
  };
}

/** Longer than any task of a run takes, so that it never ends one; short enough to be waited for. */
export function drainTimeoutSeconds({ jobTimeoutSeconds }: Scenario['limits']): number {
  return jobTimeoutSeconds + 120;
}

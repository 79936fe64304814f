/** ScaledJobs of KEDA with the forgejo-runner scaler: runners that are started for jobs. */
import { type Fields, fieldsOf } from '../../api/objects.ts';
import { type KubernetesObject, titleOf } from '../manifests/objects.ts';
import { containersOf, podSpecOf } from '../manifests/pod-specs.ts';
import type { Estate } from './estate.ts';
import { fromPods, runnerContainer } from './from-pods.ts';
import { numberOr } from './from-workload.ts';
import { forgejoTrigger, hintsOf, labelNamesOf } from './keda-trigger.ts';
import { type Draft, fields, left, NOTHING, type Part, together, type Wishes } from './part.ts';

/** KEDA's default (keda.sh, "ScaledJob specification"). */
const MAX_REPLICAS = 100;
/** What `history` of a pool can hold. */
const MOST_HISTORY = 50;
const LONGEST_POLL_SECONDS = 300;

/** Null for an object of another kind, without that trigger, or without a container. */
export function fromScaledJob(estate: Estate, object: KubernetesObject, wishes: Wishes): Draft | null {
  const trigger = object.kind === 'ScaledJob' ? forgejoTrigger(object) : null;
  const podSpec = podSpecOf(object);
  if (trigger === null || podSpec === null) return null;
  // What is started for the jobs of Forgejo is a runner, whatever it is called.
  const runner = runnerContainer(podSpec) ?? containersOf(podSpec).find(({ init }) => !init);
  if (runner === undefined) return null;
  const { namespace, name, source, located } = object;
  const mode = wishes.mode ?? 'Ephemeral';
  const hints = hintsOf(estate, namespace, trigger);
  return {
    origin: `${titleOf(object)} (${source.file}:${located.lineAt([])})`,
    name,
    namespace: wishes.namespace ?? namespace,
    ...together(
      fields({ mode }),
      fromPods({ estate, namespace, podSpec, runner, mode, hints, labelNames: labelNamesOf(trigger) }, wishes),
      scalingPart(fieldsOf(fieldsOf(located.value)['spec'])),
    ),
  };
}

function scalingPart(spec: Fields): Part {
  const maxRunners = Math.max(1, numberOr(spec['maxReplicaCount'], MAX_REPLICAS));
  const { pollingInterval, successfulJobsHistoryLimit, failedJobsHistoryLimit, scalingStrategy } = spec;
  const poll = numberOr(pollingInterval, 0);
  const history = { succeeded: successfulJobsHistoryLimit, failed: failedJobsHistoryLimit };
  const kept = Object.entries(history).flatMap(([end, limit]) =>
    limit === undefined ? [] : [[end, Math.min(MOST_HISTORY, numberOr(limit, MOST_HISTORY))]],
  );
  return together(
    fields({ minRunners: Math.min(numberOr(spec['minReplicaCount'], 0), maxRunners), maxRunners }),
    fields(poll === 0 ? {} : { pollIntervalSeconds: Math.min(poll, LONGEST_POLL_SECONDS) }),
    fields(kept.length === 0 ? {} : { history: Object.fromEntries(kept) }),
    scalingStrategy === undefined ? NOTHING : left('scalingStrategy: a pool makes one runner for one job, and counts none twice.'),
    fieldsOf(spec['jobTargetRef'])['activeDeadlineSeconds'] === undefined
      ? NOTHING
      : left('jobTargetRef.activeDeadlineSeconds: set spec.jobTimeoutSeconds.'),
  );
}

import type { ContainerStatus, FailureRule, JobObject, PodObject } from './objects.ts';

/** Why a Job fails because of a Pod; null when the Pod is to be replaced. */
export interface JobFailure {
  readonly reason: 'PodFailurePolicy' | 'BackoffLimitExceeded' | 'DeadlineExceeded';
  readonly message: string;
}

function exitCodes(pod: PodObject): readonly ContainerStatus[] {
  return [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].filter(
    (container) => (container.state.terminated?.exitCode ?? 0) !== 0,
  );
}

/** What the rule finds in the Pod, in the words of the recorded conditions; null when it does not match. */
function finding(rule: FailureRule, pod: PodObject): string | null {
  const where = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const codes = rule.onExitCodes;
  if (codes !== undefined) {
    const container = exitCodes(pod).find(
      (status) =>
        (codes.containerName === undefined || codes.containerName === status.name) &&
        codes.values.includes(status.state.terminated?.exitCode ?? 0) === (codes.operator === 'In'),
    );
    if (container !== undefined) {
      return `Container ${container.name} for pod ${where} failed with exit code ${container.state.terminated?.exitCode}`;
    }
  }
  const condition = rule.onPodConditions?.find((wanted) =>
    pod.status.conditions?.some((present) => present.type === wanted.type && present.status === (wanted.status ?? 'True')),
  );
  return condition === undefined ? null : `Pod ${where} has condition ${condition.type}`;
}

/** Facts measured, section 3: the first matching rule decides; without one `backoffLimit` does. `failed`: Pods counted before. */
export function failureOf(job: JobObject, pod: PodObject, failed: number): JobFailure | 'ignored' | null {
  for (const [index, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const found = finding(rule, pod);
    if (found === null) continue;
    if (rule.action === 'FailJob') return { reason: 'PodFailurePolicy', message: `${found} matching FailJob rule at index ${index}` };
    if (rule.action === 'Ignore') return 'ignored';
    break;
  }
  if (failed + 1 <= (job.spec.backoffLimit ?? 6)) return null;
  return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
}

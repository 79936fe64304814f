/** An ephemeral runner: a Job that runs one task. */
import type { Job, PodFailurePolicy } from 'kubernetes-types/batch/v1.d.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { RunnerInput } from './input.ts';
import { workloadMetadata } from './metadata.ts';
import { oneJobLaunch } from './pod/launch.ts';
import { RUNNER_CONTAINER } from './pod/layout.ts';
import { podTemplate } from './pod/pod-template.ts';
import type { PodTemplateRenderer } from './pod/pod-templates.ts';

/** Beyond pending and job time, seconds: the deadline is a backstop and must never be what ends a healthy runner. */
const DEADLINE_MARGIN_SECONDS = 600;

/**
 * Ends that are final: no task taken (2), registration gone (75), node or eviction. With `Ignore` instead of `FailJob` the Job
 * would start a second Pod on used credentials; the exit codes stand here for the Job's condition to name them.
 */
const FAILURE_POLICY = {
  rules: [
    { action: 'FailJob', onExitCodes: { containerName: RUNNER_CONTAINER, operator: 'In', values: [2] } },
    { action: 'FailJob', onExitCodes: { containerName: RUNNER_CONTAINER, operator: 'In', values: [75] } },
    { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
  ],
} satisfies PodFailurePolicy;

/**
 * The Job of an assigned runner, or of a warm one (no handle). It has one Pod, ever. No `ttlSecondsAfterFinished`: what the TTL
 * controller deletes and we still answer, Metacontroller creates again.
 */
export function renderJob(input: RunnerInput, template: PodTemplateRenderer = podTemplate): Job {
  const { pool, spec, tags } = input;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: tags.runner, namespace: pool.namespace, ...workloadMetadata(input) },
    spec: {
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: FAILURE_POLICY,
      ...(tags.handle !== null && { activeDeadlineSeconds: deadlineSeconds(spec) }),
      template: template(input, oneJobLaunch(spec, tags), 'Never'),
    },
  };
}

/** Only for assigned runners: it counts from the Job's start, and a warm one is idle for as long as it likes. */
function deadlineSeconds(spec: RunnerPoolSpec): number {
  return spec.pendingTimeoutSeconds + spec.jobTimeoutSeconds + DEADLINE_MARGIN_SECONDS;
}

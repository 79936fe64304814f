/** What Forgejo's runner list would most likely show, told from the objects in Kubernetes alone. */

import { saidVersion } from '../../api/runner-image.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { QueuedJob, Registration } from '../../pool/forgejo.ts';
import type { RememberedRunner } from '../../pool/model.ts';
import type { Observed, ObservedPod, ObservedWorkload, RunnerTags } from '../../pool/observed.ts';

export interface Assumed {
  readonly observed: Observed;
  readonly remembered: readonly RememberedRunner[];
  readonly jobs: readonly QueuedJob[];
  /** False: the jobs are invented, and tell nothing of those that run. */
  readonly queueIsKnown: boolean;
  readonly spec: RunnerPoolSpec;
  readonly poolUid: string;
}

type Seen = Pick<Registration, 'status' | 'declared'>;

/** One for each runner that has a registration and may still be registered. */
export function assumeRegistrations(assumed: Assumed): readonly Registration[] {
  const { observed, spec, poolUid } = assumed;
  const tags = new Map([...observed.secrets, ...observed.workloads].map((object) => [object.tags.runner, object.tags]));
  return [...tags.values()].flatMap((each): readonly Registration[] => {
    const seen = assumedOf(each, assumed);
    if (each.registration === null || seen === null) return [];
    const { runner, handle, attempt, issuedAt, registration } = each;
    return [
      {
        ...registration,
        ...seen,
        name: runner,
        ownership: { poolUid, handle, attempt, createdAt: issuedAt ?? 0 },
        version: seen.declared ? (saidVersion(spec.runner) ?? 'unknown') : '',
        ephemeral: spec.mode === 'Ephemeral',
      },
    ];
  });
}

/** Null: its task took it along. */
function assumedOf(tags: RunnerTags, { observed, remembered, jobs, queueIsKnown }: Assumed): Seen | null {
  const pod = observed.pods.find((each) => each.tags.runner === tags.runner);
  const workload = observed.workloads.find((each) => each.tags.runner === tags.runner);
  const exitCode = exitCodeOf(pod, workload);
  if (exitCode === 0 && workload?.kind !== 'Deployment') return null;
  if (exitCode !== null) return { status: 'offline', declared: true };
  if (pod?.state.kind !== 'running') return { status: 'offline', declared: false };
  const before = remembered.find(({ name }) => name === tags.runner);
  const runs = jobs.some((job) => job.status === 'running' && job.handle === tags.handle);
  const works = runs || before?.phase === 'busy' || (!queueIsKnown && tags.handle !== null);
  return { status: works ? 'active' : 'idle', declared: true };
}

/** Null: it has not ended. */
function exitCodeOf(pod: ObservedPod | undefined, workload: ObservedWorkload | undefined): number | null {
  if (pod?.state.kind === 'terminated') return pod.state.exitCode ?? 1;
  if (workload?.kind !== 'Job' || workload.end === null) return null;
  return workload.end.type === 'Complete' ? 0 : (workload.end.exitCode ?? 1);
}

/** The world that a sync would see, put together without a process that remembers anything. */
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { specHash } from '../../children/spec-hash.ts';
import type { DecodedRequest } from '../../hooks/decode.ts';
import { withoutFuture } from '../../hooks/past-times.ts';
import { createMemoryStore, mergeMemory } from '../../hooks/pool-memory.ts';
import { endOf } from '../../pool/evidence.ts';
import type { ForgejoView, QueuedJob, Registration } from '../../pool/forgejo.ts';
import type { World } from '../../pool/model.ts';
import type { RepositoryFilter } from '../../pool/repositories.ts';
import { limitsAt } from '../../pool/schedule.ts';
import { joinSlots } from '../../pool/slots.ts';
import { KUBERNETES_MARGIN_MS } from '../../pool/times.ts';

/** Longer than any trust in an outage asks for: the plan is for a service that has been running. */
const ANSWERING_FOR_MS = 3_600_000;
/** The defaults of ISSUED_GRACE_SECONDS and FINISHING_GRACE_SECONDS. */
const GRACES = { issuedMs: 30_000, finishingMs: 16_000 } as const;

export interface WorldInput {
  readonly decoded: DecodedRequest;
  readonly spec: RunnerPoolSpec;
  readonly forgejo: ForgejoView;
  readonly repositories: RepositoryFilter;
  /** Forgejo's time. */
  readonly now: number;
  /** The time that Kubernetes' times and the schedules are compared with. */
  readonly clusterNow: number;
}

export function planWorld({ decoded, spec, forgejo, repositories, now, clusterNow }: WorldInput): World {
  const { pool, observed, memoryFromStatus, namespaceTerminating } = decoded;
  const nothing = createMemoryStore({ now: () => clusterNow, sleep: async () => {} }).recall(pool.uid);
  const memory = withoutFuture(mergeMemory(memoryFromStatus, nothing, clusterNow, spec.pollIntervalSeconds * 1000), now);
  const world: World = {
    now,
    clusterNow,
    pool,
    spec,
    limits: limitsAt(spec, clusterNow),
    specHash: specHash(spec),
    observed,
    forgejo,
    memory,
    namespaceTerminating,
    repositories,
    graces: GRACES,
  };
  return { ...world, memory: { ...memory, endSeenAt: endsSeen(world) } };
}

/** A service that has been running saw each end as it came; one that has just begun waits for a list that was read after it. */
function endsSeen(world: World): ReadonlyMap<string, number> {
  return new Map(
    joinSlots(world).flatMap((slot) => {
      const end = endOf(slot, world);
      return end === null ? [] : [[slot.key, end.at + KUBERNETES_MARGIN_MS] as const];
    }),
  );
}

/** Two reads that began at that moment, and were whole. */
export function recordedView(jobs: readonly QueuedJob[], registrations: readonly Registration[], at: number, pollMs: number): ForgejoView {
  return {
    kind: 'answered',
    nextReadAt: at + pollMs,
    snapshot: {
      jobs,
      jobsReadAt: at,
      registrations,
      registrationsReadAt: at,
      registrationsComplete: true,
      answeringSince: at - ANSWERING_FOR_MS,
    },
  };
}

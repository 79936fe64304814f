/** What the renderers are given. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { RegistrationRef } from '../pool/forgejo.ts';
import type { PoolIdentity } from '../pool/model.ts';
import type { RunnerTags } from '../pool/observed.ts';

/** Files that go into a pool's ConfigMap, read by the composition root: the renderers read no file. */
export interface RenderAssets {
  /** Text of `entrypoint/one-job.sh`. */
  readonly oneJobScript: string;
  /** Text of `entrypoint/job-env.sh`. */
  readonly jobEnvScript: string;
}

/** Tags of a runner whose registration exists: only such a runner can be rendered. */
export type RegisteredTags = RunnerTags & { readonly registration: RegistrationRef };

/** Everything that a workload is made of. */
export interface RunnerInput {
  readonly pool: PoolIdentity;
  readonly spec: RunnerPoolSpec;
  readonly tags: RegisteredTags;
  /** Name of the pool's ConfigMap, as `renderConfigMap` gave it. */
  readonly configMapName: string;
}

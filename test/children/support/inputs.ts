/** Pools, specs and tags to render from; a test names only what it is about. */
import { readFileSync } from 'node:fs';
import type { RunnerPoolSpec } from '../../../src/api/spec/runnerpool.ts';
import type { RegisteredTags, RenderAssets, RunnerInput } from '../../../src/children/input.ts';
import type { PoolIdentity } from '../../../src/pool/model.ts';

export const ENTRYPOINT = new URL('../../../src/children/entrypoint/one-job.sh', import.meta.url);
export const JOB_ENV = new URL('../../../src/children/entrypoint/job-env.sh', import.meta.url);

export const assets: RenderAssets = { oneJobScript: readFileSync(ENTRYPOINT, 'utf8'), jobEnvScript: readFileSync(JOB_ENV, 'utf8') };

export const pool: PoolIdentity = {
  namespace: 'ci',
  name: 'linux',
  uid: 'd854afc4-eb08-4d29-b4fb-94ca3300977f',
  generation: 3,
  createdAt: Date.UTC(2026, 10, 24, 23, 7, 19),
  deletionAt: null,
};

export function aSpec(changes: Partial<RunnerPoolSpec> = {}): RunnerPoolSpec {
  return {
    forgejo: {
      url: 'https://forgejo.example.org',
      scope: { organization: 'acme' },
      tokenSecretRef: { name: 'forgejo-token', key: 'token' },
    },
    mode: 'Ephemeral',
    labels: ['docker:docker://node:22-bookworm', 'large:docker://node:22-bookworm'],
    minRunners: 0,
    maxRunners: 10,
    pollIntervalSeconds: 2,
    runner: { image: 'data.forgejo.org/forgejo/runner:12.8.2' },
    containerMode: { type: 'Dind', dind: { image: 'docker:28.5.1-dind' } },
    jobTimeoutSeconds: 10_800,
    pendingTimeoutSeconds: 900,
    idleTimeoutSeconds: 300,
    drainTimeoutSeconds: 11_400,
    history: { succeeded: 1, failed: 3 },
    schedules: [],
    fairness: { order: 'OldestFirst' },
    claimDelaySeconds: 0,
    updateStrategy: { maxUnavailable: 1 },
    reportDeadRunners: true,
    paused: false,
    ...changes,
  };
}

export function hostSpec(changes: Partial<RunnerPoolSpec> = {}): RunnerPoolSpec {
  return aSpec({ labels: ['self-hosted:host'], containerMode: { type: 'Host' }, ...changes });
}

export function assignedTags(changes: Partial<RegisteredTags> = {}): RegisteredTags {
  return {
    runner: 'ci-linux-abcdefghij',
    handle: '5ba54702-25b2-4638-8614-ca1d32acf22b',
    repositoryId: 17,
    job: 'build (ubuntu, 1/3)',
    attempt: 1,
    specHash: 'zyxwvutsrq',
    registration: { id: 42, uuid: '2f6f586d-7b8b-49b6-9837-8de42830ccb4' },
    issuedAt: Date.UTC(2026, 10, 25, 0, 0, 1),
    ...changes,
  };
}

export function warmTags(): RegisteredTags {
  return assignedTags({ handle: null, repositoryId: null, job: null, attempt: 7 });
}

export function anInput(changes: Partial<RunnerInput> = {}): RunnerInput {
  return { pool, spec: aSpec(), tags: assignedTags(), configMapName: 'linux-0123456789', ...changes };
}

/** A template that touches everything a user may touch, in shapes that the server would rewrite. */
export const userTemplate = {
  metadata: { labels: { team: 'build' }, annotations: { 'karpenter.sh/do-not-disrupt': 'false' } },
  spec: {
    hostNetwork: false,
    nodeSelector: { 'kubernetes.io/arch': 'arm64' },
    priorityClassName: 'ci',
    imagePullSecrets: [{ name: 'registry' }],
    tolerations: [
      { key: 'ci', effect: 'NoSchedule', value: '' },
      { key: 'ci', effect: 'NoExecute' },
    ],
    containers: [
      {
        name: 'runner',
        args: [],
        env: [
          { name: 'HTTPS_PROXY', value: 'http://proxy:3128' },
          { name: 'EMPTY', value: '' },
        ],
        resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: {} },
        volumeMounts: [{ name: 'tools', mountPath: '/opt/tools', readOnly: false, subPath: '' }],
      },
    ],
    initContainers: [{ name: 'dind', resources: { requests: { cpu: 0.5, memory: '1.5Gi' } } }],
    volumes: [
      { name: 'tools', emptyDir: { sizeLimit: '1000M' } },
      {
        name: 'dind-storage',
        ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } } } },
      },
    ],
  },
} satisfies RunnerPoolSpec['template'];

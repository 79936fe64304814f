/** A cluster under virtual time with a webhook that answers what the test says, and a Forgejo that hands out one task per runner. */
import { readFileSync } from 'node:fs';
import { API_VERSION, LABEL_POOL_UID, LABEL_RUNNER } from '../../../src/api/keys.ts';
import { type Cluster, type ClusterOptions, createCluster } from '../../../src/dev/cluster/cluster.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import type { HttpRequest, HttpResponse } from '../../../src/forgejo/transport.ts';
import type { Request } from './summary.ts';

export const START = Date.parse('2026-11-24T23:07:20Z');
export const NAMESPACE = 'k';
export const TOKEN = 'aa-not-a-secret';

const recordings = new URL('../../fixtures/recordings/kubernetes/', import.meta.url);
export const CONTROLLER: { readonly spec: Readonly<Record<string, unknown>> } = JSON.parse(
  readFileSync(new URL('customize-1.json', recordings), 'utf8'),
).request.controller;

export type Answer = Readonly<Record<string, unknown>>;

export interface Task {
  /** Null: there is never one (the runner waits, or exits with 2). */
  readonly seconds: number | null;
  /** Deregistered after that many seconds of the task: what a cancel does. */
  readonly cancelAfterSeconds?: number;
}

export interface Scripted {
  readonly clock: VirtualClock;
  readonly cluster: Cluster;
  readonly requests: Request[];
  /** What the webhook answers from now on. */
  answer: (request: Request) => Answer | { readonly raw: string; readonly status?: number; readonly headers?: Record<string, string> };
  /** By runner name. */
  readonly tasks: Map<string, Task>;
  readonly rpcCalls: string[];
  /** Runners whose final report was taken. */
  readonly finished: Set<string>;
  poolUid(): string;
}

function scriptForgejo(world: { clock: VirtualClock; tasks: Map<string, Task>; finished: Set<string>; rpcCalls: string[] }) {
  const startedAt = new Map<string, number>();
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const uuid = request.headers['x-runner-uuid'] ?? '';
    const method = request.url.split('/').at(-1) ?? '';
    world.rpcCalls.push(`${uuid} ${method}`);
    const ok = (message: object): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(message) });
    const task = world.tasks.get(uuid);
    const started = startedAt.get(uuid);
    const cancelled =
      started !== undefined && task?.cancelAfterSeconds !== undefined && world.clock.now() >= started + task.cancelAfterSeconds * 1000;
    if (task === undefined || cancelled || world.finished.has(uuid))
      return { status: 401, headers: {}, body: '{"code":"unauthenticated","message":"unregistered runner"}' };
    if (method === 'FetchSingleTask' || method === 'FetchTask') {
      if (task.seconds === null || started !== undefined) return ok({ tasksVersion: '1' });
      startedAt.set(uuid, world.clock.now());
      return ok({ task: { id: '1', workflowPayload: Buffer.from(`- run: sleep ${task.seconds}`).toString('base64') } });
    }
    if (method === 'UpdateTask' && (request.body ?? '').includes('RESULT_')) world.finished.add(uuid);
    return ok(method === 'UpdateTask' ? { state: { id: '1' } } : {});
  };
}

export function scripted(options: Partial<ClusterOptions> = {}): Scripted {
  const clock = createVirtualClock(START, { turns: 4 });
  const requests: Request[] = [];
  const shared = { clock, tasks: new Map<string, Task>(), finished: new Set<string>(), rpcCalls: [] as string[] };
  const cluster = createCluster({
    clock,
    forgejo: scriptForgejo(shared),
    controller: CONTROLLER,
    weight: false,
    hooks: async (hook, body) => {
      const request: Request = JSON.parse(JSON.stringify(body));
      if (hook === 'customize') return { status: 200, headers: {}, body: JSON.stringify(customize(world.poolUid())) };
      requests.push(request);
      // What a real call takes: changes that come together are seen together.
      await clock.sleep(5);
      const answer = world.answer(request);
      if ('raw' in answer)
        return { status: Number(answer.status ?? 200), headers: { ...(answer.headers as object) }, body: String(answer.raw) };
      return { status: 200, headers: {}, body: JSON.stringify(answer) };
    },
    ...options,
  });
  const world: Scripted = {
    ...shared,
    cluster,
    requests,
    answer: () => ({ status: {}, children: [] }),
    poolUid: () => cluster.get('RunnerPool', NAMESPACE, 'pool')?.metadata.uid ?? '',
  };
  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  cluster.apply({ apiVersion: API_VERSION, kind: 'RunnerPool', metadata: { name: 'pool', namespace: NAMESPACE }, spec: {} });
  return world;
}

function customize(uid: string): object {
  return {
    relatedResources: [
      { apiVersion: 'v1', resource: 'pods', namespace: NAMESPACE, labelSelector: { matchLabels: { [LABEL_POOL_UID]: uid } } },
      { apiVersion: 'v1', resource: 'namespaces', names: [NAMESPACE] },
    ],
  };
}

export interface RunnerOptions {
  readonly handle?: string;
  readonly graceSeconds?: number;
  readonly deadlineSeconds?: number;
  readonly preStop?: object;
  /** A native sidecar as dind is one. */
  readonly sidecar?: boolean;
}

function meta(name: string, uid: string): object {
  return { name, namespace: NAMESPACE, labels: { [LABEL_POOL_UID]: uid, [LABEL_RUNNER]: name } };
}

function podSpec(name: string, command: readonly string[], options: RunnerOptions, warm: boolean): object {
  return {
    containers: [
      {
        name: 'runner',
        image: 'lab.local/runner:12.8.2',
        command: [
          ...command,
          '--url',
          'http://forgejo.test',
          '--uuid',
          name,
          '--token-url',
          'file:/run/credentials/token',
          '--label',
          'self-hosted:host',
        ],
        env: [{ name: 'PROBE_SECONDS', value: '5' }, ...(warm ? [{ name: 'WARM', value: '1' }] : [])],
        volumeMounts: [{ name: 'credentials', mountPath: '/run/credentials', readOnly: true }],
        ...(options.preStop === undefined ? {} : { lifecycle: { preStop: options.preStop } }),
      },
    ],
    ...(options.sidecar === true ? { initContainers: [{ name: 'dind', image: 'dind', restartPolicy: 'Always', startupProbe: {} }] } : {}),
    terminationGracePeriodSeconds: options.graceSeconds ?? 600,
    volumes: [{ name: 'credentials', secret: { secretName: name } }],
  };
}

export function secret(name: string, uid: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: meta(name, uid),
    immutable: true,
    data: { token: Buffer.from(TOKEN).toString('base64') },
  };
}

/** As the recorded ones: FailJob on 2, 75 and DisruptionTarget. Without a handle it is warm. */
export function job(name: string, uid: string, options: RunnerOptions = {}): object {
  const handle = options.handle === undefined ? [] : ['--handle', options.handle];
  const command = ['/bin/sh', '/etc/runner/one-job.sh', '/usr/bin/forgejo-runner', 'one-job', ...handle];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: meta(name, uid),
    spec: {
      backoffLimit: 0,
      ...(options.deadlineSeconds === undefined ? {} : { activeDeadlineSeconds: options.deadlineSeconds }),
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes: { containerName: 'runner', operator: 'In', values: [2] } },
          { action: 'FailJob', onExitCodes: { containerName: 'runner', operator: 'In', values: [75] } },
          { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      podReplacementPolicy: 'Failed',
      template: {
        metadata: { labels: { [LABEL_POOL_UID]: uid, [LABEL_RUNNER]: name } },
        spec: { ...podSpec(name, command, options, options.handle === undefined), restartPolicy: 'Never' },
      },
    },
  };
}

export function deployment(name: string, uid: string, options: RunnerOptions = {}): object {
  const labels = { [LABEL_POOL_UID]: uid, [LABEL_RUNNER]: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(name, uid),
    spec: {
      replicas: 1,
      selector: { matchLabels: { [LABEL_RUNNER]: name } },
      template: { metadata: { labels }, spec: podSpec(name, ['forgejo-runner', 'daemon'], options, false) },
    },
  };
}

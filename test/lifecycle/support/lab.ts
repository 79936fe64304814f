/**
 * One pool in the virtual world, and what the tests of its life say to it and ask of it. Real decisions, an embedded Forgejo
 * and an embedded cluster; nothing is mocked.
 */
import { expect } from 'vitest';
import { API_VERSION, KIND, LABEL_POOL_UID, LABEL_RUNNER } from '../../../src/api/keys.ts';
import type { RunnerPoolStatus } from '../../../src/api/status.ts';
import type { Cluster } from '../../../src/dev/cluster/cluster.ts';
import type { PodObject } from '../../../src/dev/cluster/objects.ts';
import type { DeleteOptions } from '../../../src/dev/cluster/store.ts';
import { readController } from '../../../src/dev/demo/embedded-world.ts';
import { statusOf } from '../../../src/dev/demo/pools.ts';
import type { JobView } from '../../../src/dev/forgejo/views.ts';
import { createVirtualWorld, FORGEJO_URL, type VirtualWorld } from '../../../src/dev/virtual-world.ts';
import { createChangeLog } from '../../../src/hooks/change-log.ts';
import { createOperatorLog } from '../../../src/hooks/operator-log.ts';
import { createLog } from '../../../src/log.ts';
import { createMetrics, type Metrics } from '../../../src/metrics.ts';
import { readRenderAssets } from '../../../src/render-assets.ts';

const NAMESPACE = 'ci';
const POOL = 'pool';

export type ScopeKind = 'instance' | 'organization' | 'user' | 'repository';

const SCOPES: Readonly<Record<ScopeKind, object>> = {
  instance: { instance: {} },
  organization: { organization: 'acme' },
  user: { user: {} },
  repository: { repository: 'acme/app' },
};
/** A repository whose jobs the scope lists: the user's scope has the user's own only. */
const REPOSITORY: Readonly<Record<ScopeKind, string>> = {
  instance: 'acme/app',
  organization: 'acme/app',
  user: 'dev/own',
  repository: 'acme/app',
};

const PATHS: Readonly<Record<ScopeKind, string>> = {
  instance: '/admin',
  organization: '/orgs/acme',
  user: '/user',
  repository: '/repos/acme/app',
};

export interface LabOptions {
  readonly scope?: ScopeKind;
  /** Over the defaults of a small pool. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly clusters?: 1 | 2;
  readonly seed?: number;
}

export interface Lab extends VirtualWorld {
  /** What `acme` has in every lab: an API token with all rights of its owner, who is a site administrator. */
  readonly apiToken: string;
  /** Names of what deleted pools left behind, as the log said. */
  readonly leftBehind: string[];
  /** Of all operators together. */
  readonly metrics: Metrics;
  /** Every line of the log so far. */
  readonly logLines: readonly string[];
  /** Creates the pool anew, or sets members of its spec. */
  applyPool(spec?: Readonly<Record<string, unknown>>, cluster?: Cluster): void;
  deletePool(propagation?: DeleteOptions['propagation'], cluster?: Cluster): void;
  setToken(token: string): void;
  dropTokenSecret(): void;
  queue(name: string, durationMs: number, more?: { readonly runsOn?: readonly string[]; readonly repository?: string }): string;
  job(handle: string): JobView;
  status(): RunnerPoolStatus;
  /** `Type=Status Reason` of one condition. */
  condition(type: string): string;
  poolUid(cluster?: Cluster): string;
  pods(cluster?: Cluster): readonly PodObject[];
  /** The Pods that have not ended and are not being deleted, of the runner that works on that job. */
  podOf(handle: string): PodObject;
  /** Rows of the pool by the uid in their description. */
  rows(uid?: string): readonly string[];
  /** Registers a runner as somebody else would, in the pool's scope or at another path below `/api/v1`; returns its id. */
  registerByHand(row: { readonly name: string; readonly description: string; readonly path?: string }): Promise<number>;
  /** Fails with `what` when it does not come true in time. */
  until(what: string, holds: () => boolean, limitMs: number): Promise<void>;
  /** Owned children of pools, and every registration. */
  leftovers(): readonly string[];
  /** Fails when a busy registration was deleted, or when the webhook or the embedded cluster did wrong. Ends the world. */
  close(): void;
}

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const scope = options.scope ?? 'organization';
  const leftBehind: string[] = [];
  const logLines: string[] = [];
  const lines = createLog('info', { write: (line) => void logLines.push(line) });
  const log = createOperatorLog(lines);
  // The world has the clock, and is made after those who watch it.
  const time = { now: () => 0 };
  const metrics = createMetrics({ version: '0.0.0', node: 'v24' }, { now: () => time.now() });
  const world = createVirtualWorld({
    seed: options.seed ?? 1,
    controller: await readController(),
    assets: await readRenderAssets(),
    log: {
      ...log,
      leftBehind(pool, names) {
        leftBehind.push(...names);
        log.leftBehind(pool, names);
      },
    },
    watchers: {
      observers: [metrics.pools, createChangeLog(lines, { now: () => time.now() })],
      onServed: metrics.forgejo.readServed,
      onRequest: [metrics.forgejo.requestEnded],
    },
    ...(options.clusters === undefined ? {} : { clusters: options.clusters }),
  });
  time.now = world.clock.now;
  const { clock, cluster: first, clusters, forgejo } = world;
  forgejo.addUser({ name: 'dev', siteAdmin: true });
  forgejo.addUser({ name: 'other' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  forgejo.addOrganization({ name: 'umbrella', owners: ['dev'] });
  for (const path of ['acme/app', 'acme/site', 'dev/own']) forgejo.addRepository({ path });
  const apiToken = forgejo.addToken({ user: 'dev', scopes: ['all'] });
  let spec: Readonly<Record<string, unknown>> = {
    forgejo: { url: FORGEJO_URL, scope: SCOPES[scope], tokenSecretRef: { name: 'token' } },
    mode: 'Ephemeral',
    labels: ['docker:host'],
    minRunners: 0,
    maxRunners: 4,
    jobTimeoutSeconds: 600,
    pendingTimeoutSeconds: 120,
    idleTimeoutSeconds: 30,
    runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
    containerMode: { type: 'Host' },
    ...options.spec,
  };

  const poolOf = (cluster: Cluster) => cluster.get('RunnerPool', NAMESPACE, POOL);
  const poolUid = (cluster: Cluster = first): string => poolOf(cluster)?.metadata.uid ?? '';

  function setToken(token: string, cluster: Cluster = first): void {
    cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace: NAMESPACE },
      ...{ data: { token: btoa(token) } },
    });
  }

  function applyPool(changes: Readonly<Record<string, unknown>> = {}, cluster: Cluster = first): void {
    spec = { ...spec, ...changes };
    cluster.apply({ apiVersion: API_VERSION, kind: KIND, metadata: { name: POOL, namespace: NAMESPACE }, spec });
  }

  function pods(cluster: Cluster = first): readonly PodObject[] {
    return cluster.list('Pod', NAMESPACE);
  }

  function job(handle: string): JobView {
    const found = forgejo.jobs().find((each) => each.handle === handle);
    if (found === undefined) throw new Error(`no job has the handle ${handle}`);
    return found;
  }

  /** What a failure shows. */
  function describeLab(): string {
    const { runners, conditions, backoff } = statusOf(poolOf(first) ?? {});
    const events = first.events.slice(-2);
    const rows = forgejo.runners().map(({ name, status }) => `${name} ${status}`);
    return JSON.stringify({ runners, conditions, backoff, rows, events, log: logLines.slice(-3) }, null, 1);
  }

  for (const cluster of clusters) {
    cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    setToken(apiToken, cluster);
    applyPool({}, cluster);
  }

  return {
    ...world,
    apiToken,
    leftBehind,
    metrics,
    logLines,
    applyPool,
    deletePool: (propagation = 'Background', cluster = first) => cluster.delete('RunnerPool', NAMESPACE, POOL, { propagation }),
    setToken,
    dropTokenSecret: () => first.delete('Secret', NAMESPACE, 'token'),
    queue(name, durationMs, more = {}) {
      const { runsOn = ['docker'], repository = REPOSITORY[scope] } = more;
      return forgejo.queueJob({ repository, name, runsOn, durationMs }).handle;
    },
    job,
    status: () => statusOf(poolOf(first) ?? {}),
    condition(type) {
      const found = statusOf(poolOf(first) ?? {}).conditions?.find((condition) => condition.type === type);
      return found === undefined ? '' : `${found.type}=${found.status} ${found.reason}`;
    },
    poolUid,
    pods,
    podOf(handle) {
      const { runnerUuid } = job(handle);
      const name = forgejo.runners().find(({ uuid }) => uuid === runnerUuid)?.name;
      const found = clusters.flatMap((cluster) => pods(cluster)).find(({ metadata }) => metadata.labels?.[LABEL_RUNNER] === name);
      if (found === undefined) throw new Error(`no Pod works on ${handle}`);
      return found;
    },
    rows: (uid = poolUid()) =>
      forgejo
        .runners()
        .filter(({ description }) => description.includes(`pool=${uid} `))
        .map(({ name }) => name),
    async registerByHand({ name, description, path = PATHS[scope] }) {
      const answered = forgejo.handle({
        method: 'POST',
        url: `${FORGEJO_URL}/api/v1${path}/actions/runners`,
        headers: { authorization: `token ${apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name, description, ephemeral: true }),
        timeoutMs: 1_000,
      });
      let body = '';
      void answered.then((response) => {
        body = response.body;
      });
      await clock.runUntil(() => body !== '', 1_000);
      const { id }: { readonly id: number } = JSON.parse(body);
      return id;
    },
    async until(what, holds, limitMs) {
      const came = await clock.runUntil(holds, limitMs);
      expect(came, `within ${limitMs / 1000} s: ${what}\n${describeLab()}`).toBe(true);
    },
    leftovers() {
      const children = clusters.flatMap((cluster) =>
        (['Secret', 'ConfigMap', 'Job', 'Deployment', 'Pod'] as const).flatMap((kind) => cluster.list(kind, NAMESPACE)),
      );
      const ours = children.filter(({ metadata }) => metadata.labels?.[LABEL_POOL_UID] !== undefined);
      return [...ours.map(({ kind, metadata }) => `${kind}/${metadata.name}`), ...forgejo.runners().map(({ name }) => `row ${name}`)];
    },
    close() {
      for (const cluster of clusters) cluster.check();
      const orphaned = forgejo.deletions().filter(({ runningTask }) => runningTask !== null);
      for (const cluster of clusters) cluster.stop();
      expect(orphaned, 'no registration is deleted while its runner has a task').toEqual([]);
    },
  };
}

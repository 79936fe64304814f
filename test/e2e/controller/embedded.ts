/**
 * The embedded loop on the real API server, where there is no Metacontroller: the parts of `src/dev/cluster` that decide,
 * around watches and writes over HTTP, as the same account with the same rights.
 */
import { parseSyncAnswer } from '../../../src/dev/cluster/answer.ts';
import { checkChildren } from '../../../src/dev/cluster/check-children.ts';
import { matches, type Selector, selectorOf } from '../../../src/dev/cluster/claim.ts';
import { type ControllerSettings, finalizerOf } from '../../../src/dev/cluster/composite-controller.ts';
import { createHookCaller, type HookCaller } from '../../../src/dev/cluster/hook-caller.ts';
import { httpHooks } from '../../../src/dev/cluster/http-hooks.ts';
import { controllerOf, type KubeObject, timestamp } from '../../../src/dev/cluster/objects.ts';
import { createObservations, type Observations } from '../../../src/dev/cluster/observations.ts';
import { selected } from '../../../src/dev/cluster/related.ts';
import { createTasks } from '../../../src/dev/cluster/tasks.ts';
import { concerned } from '../../../src/dev/cluster/triggers.ts';
import { objectKey, wireController, wireGroups } from '../../../src/dev/cluster/wire.ts';
import { createWorkQueue } from '../../../src/dev/cluster/work-queue.ts';
import { systemClock } from '../../../src/system-clock.ts';
import type { Api } from '../cluster/api.ts';
import { createChildWriter } from './child-writer.ts';
import type { Controller } from './controller.ts';
import { watchAll } from './informers.ts';

export interface EmbeddedOptions {
  /** As the account of Metacontroller. */
  readonly api: Api;
  readonly settings: ControllerSettings;
  readonly service: { readonly url: string; readonly bearerToken: string };
}

const WORKERS = 20;
/** The API server takes no longer message. */
const LONGEST_EVENT = 1024;

export function createEmbeddedController(options: EmbeddedOptions): Controller {
  const observations = createObservations(systemClock);
  let stop = (): void => {};
  let taken = 0;
  return {
    real: false,
    strategies: ['server-side-apply'],
    async start() {
      taken = 0;
      stop = await run(options, observations, () => {
        taken += 1;
      });
    },
    stop: async () => stop(),
    kill: async () => stop(),
    syncs: async () => taken,
  };
}

async function run({ api, settings, service }: EmbeddedOptions, observations: Observations, took: () => void): Promise<() => void> {
  const tasks = createTasks(systemClock);
  const hooks: HookCaller = createHookCaller(systemClock, settings, httpHooks(service.url, service.bearerToken), observations);
  const controller = wireController(settings, 'e2e', timestamp(systemClock.now()));
  const queue = createWorkQueue(tasks, WORKERS, attempt);
  const writer = createChildWriter(api, settings);
  const kinds = [...settings.children.map(({ kind }) => kind), settings.parentKind, 'Namespace', 'Pod'] as const;
  const informers = await watchAll(api, kinds, tasks.signal);

  async function attempt(key: string): Promise<void> {
    try {
      await sync(key);
      queue.forget(key);
    } catch (error) {
      if (tasks.signal.aborted) return;
      queue.addRateLimited(key);
      await tell(key, error instanceof Error ? error.message : 'failed');
    }
  }

  async function sync(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    const seen = informers.get(settings.parentKind, namespace, name);
    if (seen === undefined) return;
    const finalizing = seen.metadata.deletionTimestamp !== undefined;
    const parent = finalizing ? seen : await setFinalizer(seen, true);
    if (parent === null) return;
    const selector = selectorOf(settings, parent) ?? {};
    const rules = await hooks.relatedRules(parent, { controller, parent });
    if (rules.kind === 'retry') return queue.addAfter(key, rules.afterMs);
    if (rules.kind === 'error') throw new Error(rules.message);
    const observed = childrenOf(parent, selector);
    const related = [...new Set(rules.value.flatMap((rule) => selected(rule, informers)))];
    const body = {
      controller,
      parent,
      children: wireGroups(
        settings.children.map(({ kind }) => kind),
        observed,
        false,
      ),
      related: wireGroups(
        rules.value.map(({ kind }) => kind),
        related,
        false,
      ),
      finalizing,
    };
    const hook = finalizing ? 'finalize' : 'sync';
    const answer = await hooks.call(hook, parent, body, (response) => parseSyncAnswer(response, hook, systemClock.now()));
    if (tasks.signal.aborted) return;
    if (answer.kind === 'retry') return queue.addAfter(key, answer.afterMs);
    if (answer.kind === 'error') throw new Error(answer.message);
    took();
    if (answer.value.resyncAfterSeconds > 0) queue.addAfter(key, answer.value.resyncAfterSeconds * 1000);
    if (finalizing && answer.value.finalized) return void (await setFinalizer(parent, false));
    const checked = checkChildren(settings, parent, selector, answer.value.children);
    if (checked.kind === 'error') throw new Error(checked.message);
    // A foreground deletion leaves the children to the garbage collector.
    const managed = parent.metadata.finalizers?.includes('foregroundDeletion') !== true;
    const errors = managed ? await writer.apply(parent, observed, checked.children) : [];
    await writer.writeStatus(parent, answer.value.status);
    if (errors.length > 0) throw new Error(errors.join('; '));
  }

  /** The Warning event on the pool that Metacontroller would write. */
  async function tell(key: string, message: string): Promise<void> {
    observations.syncError(key, message);
    const [namespace = '', name = ''] = key.split('/');
    const parent = informers.get(settings.parentKind, namespace, name);
    if (parent === undefined) return;
    const { apiVersion, kind, metadata } = parent;
    const at = timestamp(systemClock.now());
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion, kind, name, namespace, uid: metadata.uid },
      reason: 'SyncError',
      message: `Sync error: ${message}`.slice(0, LONGEST_EVENT),
      type: 'Warning',
      source: { component: 'metacontroller' },
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    };
    // No event is worth a failed sync.
    await api.create(event).catch(() => undefined);
  }

  async function setFinalizer(parent: KubeObject, present: boolean): Promise<KubeObject | null> {
    const finalizer = finalizerOf(settings);
    const live = await api.get(settings.parentKind, parent.metadata.namespace, parent.metadata.name);
    if (live === null || live.metadata.uid !== parent.metadata.uid) return null;
    const finalizers = live.metadata.finalizers ?? [];
    if (finalizers.includes(finalizer) === present) return live;
    // The API server takes no new finalizer for what is being deleted.
    if (present && live.metadata.deletionTimestamp !== undefined) return live;
    const changed = present ? [...finalizers, finalizer] : finalizers.filter((other) => other !== finalizer);
    return api.replace({ ...live, metadata: { ...live.metadata, finalizers: changed } });
  }

  function childrenOf(parent: KubeObject, selector: Selector): readonly KubeObject[] {
    return settings.children
      .flatMap(({ kind }): readonly KubeObject[] => informers.list(kind, parent.metadata.namespace))
      .filter((child) => controllerOf(child)?.uid === parent.metadata.uid && matches(selector, child));
  }

  function syncAll(): void {
    for (const parent of informers.list(settings.parentKind)) queue.add(objectKey(parent));
  }

  function flushForever(): void {
    tasks.after((settings.resyncPeriodSeconds ?? 1800) * 1000, () => {
      syncAll();
      flushForever();
    });
  }

  informers.onChange((change) => concerned(settings, informers, hooks.cachedRules, change).forEach(queue.add));
  syncAll();
  flushForever();
  return () => tasks.stop();
}

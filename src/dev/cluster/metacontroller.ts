/**
 * Metacontroller v4.17 for one CompositeController, as measured: what starts a sync, the order within one, what is sent, how
 * the answer is judged and applied, and when the next one comes. What would hurt a real cluster is kept as a violation.
 */
import { type Random, randomUuid } from '../forgejo/random.ts';
import { type Parsed, parseSyncAnswer, type SyncAnswer } from './answer.ts';
import { isApiError } from './api-error.ts';
import { applyChildren } from './apply-children.ts';
import { checkChildren } from './check-children.ts';
import { claimChildren, type Selector, selectorOf } from './claim.ts';
import { type ControllerSettings, finalizerOf } from './composite-controller.ts';
import { createHookCaller, type HookCall } from './hook-caller.ts';
import type { Informers } from './informer.ts';
import { type KubeObject, timestamp } from './objects.ts';
import { type Counters, createObservations, type SyncErrorEvent, type Violation } from './observations.ts';
import { isDeleted } from './owned-pods.ts';
import { type RelatedRule, selected } from './related.ts';
import { createStatusWriter, type SyncRequest } from './status-writer.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';
import { concerned } from './triggers.ts';
import { objectKey, wireController, wireGroups, wireObject } from './wire.ts';
import { createWorkQueue } from './work-queue.ts';

export interface Metacontroller {
  readonly violations: readonly Violation[];
  readonly events: readonly SyncErrorEvent[];
  readonly counters: Counters;
  /** Loses timers, back-offs, caches and the answers under way; after `downMs` every parent is synced once. */
  restart(downMs?: number): void;
}

export interface MetacontrollerOptions {
  readonly store: Store;
  readonly tasks: Tasks;
  readonly informers: Informers;
  readonly random: Random;
  readonly settings: ControllerSettings;
  readonly call: HookCall;
  /** `--workers`; default 5. */
  readonly workers?: number;
  /** Send managedFields, as the real one does. */
  readonly weight?: boolean;
}

const CACHE_FLUSH_MS = 30 * 60_000;
const RESTART_MS = 1900;
/** A shorter resync is as fast as the queue allows. */
const SHORTEST_RESYNC_SECONDS = 0.1;

class SyncFailure extends Error {}

export function startMetacontroller(options: MetacontrollerOptions): Metacontroller {
  const { store, tasks, informers, settings } = options;
  const { clock } = tasks;
  const weight = options.weight ?? true;
  const controller = wireController(settings, randomUuid(options.random), timestamp(clock.now()));
  const observations = createObservations(clock);
  const { counters, violate } = observations;
  const hooks = createHookCaller(clock, settings, options.call, observations);
  const writeStatus = createStatusWriter(store, settings, observations, clock.now);
  const queue = createWorkQueue(tasks, options.workers ?? 5, run);
  let epoch = 0;
  let down = false;

  function unwrap<T>(key: string, parsed: Parsed<T>): T | null {
    switch (parsed.kind) {
      case 'ok':
        return parsed.value;
      case 'retry':
        queue.addAfter(key, parsed.afterMs);
        return null;
      case 'error':
        throw new SyncFailure(parsed.message);
    }
  }

  async function run(key: string): Promise<void> {
    const mine = epoch;
    try {
      await sync(key, () => mine === epoch && !tasks.signal.aborted);
      if (mine === epoch) queue.forget(key);
    } catch (error) {
      if (!(error instanceof SyncFailure) && !isApiError(error)) throw error;
      if (mine !== epoch) return;
      observations.syncError(key, error.message);
      queue.addRateLimited(key);
    }
  }

  function parentOf(key: string): KubeObject | undefined {
    const [namespace = '', name = ''] = key.split('/');
    return informers.get(settings.parentKind, namespace, name);
  }

  function setFinalizer(parent: KubeObject, present: boolean): KubeObject | null {
    const live = store.byUid(parent.metadata.uid);
    if (live === undefined) return null;
    const finalizer = finalizerOf(settings);
    const others = (live.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    if (present === others.length < (live.metadata.finalizers ?? []).length) return live;
    // The API server takes no new finalizer for what is being deleted.
    if (present && isDeleted(live)) return live;
    const finalizers = present ? [...others, finalizer] : others;
    return store.update(settings.parentKind, live.metadata.namespace ?? '', live.metadata.name, (object) => ({
      ...object,
      metadata: { ...object.metadata, finalizers },
    }));
  }

  async function sync(key: string, current: () => boolean): Promise<void> {
    const seen = parentOf(key);
    if (seen === undefined) return;
    const deleting = isDeleted(seen);
    if (deleting && settings.hooks.finalize === undefined && !seen.metadata.finalizers?.includes('foregroundDeletion')) return;
    const parent = settings.hooks.finalize !== undefined && !deleting ? setFinalizer(seen, true) : seen;
    if (parent === null) return;
    const selector = selectorOf(settings, parent);
    if (selector === null) throw new SyncFailure('.spec.selector must have either matchLabels, matchExpressions, or both');
    const children = claimChildren(informers, store, settings, parent, selector);
    const rules = unwrap(key, await hooks.relatedRules(parent, { controller, parent: wireObject(parent, weight) }));
    if (rules === null || !current()) return;
    const finalizing = deleting && settings.hooks.finalize !== undefined;
    const hook = finalizing ? 'finalize' : 'sync';
    const request = requestOf(parent, children, rules);
    const body = { controller, ...request, finalizing };
    const answer = unwrap(key, await hooks.call(hook, parent, body, (response) => parseSyncAnswer(response, hook, clock.now())));
    if (answer === null || !current()) return;
    if (answer.resyncAfterSeconds > 0) {
      if (answer.resyncAfterSeconds < SHORTEST_RESYNC_SECONDS) violate('hotResync', key, `resyncAfterSeconds ${answer.resyncAfterSeconds}`);
      queue.addAfter(key, Math.max(1, answer.resyncAfterSeconds * 1000));
    }
    if (answer.finalized && finalizing) {
      // Finalizer first: the children of this answer are ignored, the rest goes by garbage collection.
      setFinalizer(parent, false);
      return;
    }
    if (answer.finalized && settings.hooks.finalize !== undefined)
      violate('finalizedFromSync', key, 'finalized: true from /sync is a hot loop');
    if (!finalizing && answer.children.length === 0 && Object.keys(answer.status).length === 0 && children.length > 0) {
      violate('emptyAnswer', key, `an empty answer deletes ${children.length} children`);
    }
    apply(request, selector, children, answer);
  }

  function requestOf(parent: KubeObject, children: readonly KubeObject[], rules: readonly RelatedRule[]): SyncRequest {
    const kinds = settings.children.map((rule) => rule.kind);
    const related = [...new Set(rules.flatMap((rule) => selected(rule, informers)))];
    const relatedKinds = rules.map((rule) => rule.kind);
    return {
      parent: wireObject(parent, weight),
      children: wireGroups(kinds, children, weight),
      related: wireGroups(relatedKinds, related, weight),
    };
  }

  function apply(request: SyncRequest, selector: Selector, observed: readonly KubeObject[], answer: SyncAnswer): void {
    const { parent } = request;
    const checked = checkChildren(settings, parent, selector, answer.children);
    for (const finding of checked.findings) violate(finding.rule, objectKey(parent), finding.message);
    if (checked.kind === 'error') throw new SyncFailure(checked.message);
    // While the parent waits for its foreground deletion its children are the garbage collector's.
    const managed = !parent.metadata.finalizers?.includes('foregroundDeletion');
    const errors = managed ? applyManaged(parent, observed, checked.children) : [];
    writeStatus(request, answer.status);
    if (errors.length > 0) throw new SyncFailure(errors.join('; '));
  }

  function applyManaged(parent: KubeObject, observed: readonly KubeObject[], desired: readonly KubeObject[]): readonly string[] {
    const applied = applyChildren(store, settings, parent, observed, desired);
    counters.created += applied.created;
    counters.updated += applied.updated;
    counters.deleted += applied.deleted;
    return applied.errors;
  }

  function syncAll(): void {
    for (const parent of informers.list(settings.parentKind)) queue.add(objectKey(parent));
  }

  function flushForever(): void {
    const periodMs = settings.resyncPeriodSeconds === null ? CACHE_FLUSH_MS : settings.resyncPeriodSeconds * 1000;
    tasks.after(periodMs, () => {
      if (!down) syncAll();
      flushForever();
    });
  }

  informers.onChange((change) => {
    if (!down) concerned(settings, informers, hooks.cachedRules, change).forEach(queue.add);
  });
  flushForever();

  return {
    ...observations,
    restart(downMs = RESTART_MS) {
      epoch += 1;
      down = true;
      queue.reset();
      hooks.forget();
      const mine = epoch;
      tasks.after(downMs, () => {
        if (mine !== epoch) return;
        down = false;
        syncAll();
      });
    },
  };
}

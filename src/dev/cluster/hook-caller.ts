/** Calls of the webhook with the hook's time-out, and the cache of customize answers. */
import type { Clock } from '../../clock.ts';
import { type HookResponse, type Parsed, parseCustomizeAnswer } from './answer.ts';
import type { ControllerSettings, HookName } from './composite-controller.ts';
import type { KubeObject } from './objects.ts';
import type { Observations } from './observations.ts';
import { type RelatedRule, readRelatedRule } from './related.ts';
import { objectKey } from './wire.ts';

/** One call of the webhook. The signal aborts at the hook's time-out, while the webhook may work on. */
export type HookCall = (hook: HookName, body: object, signal: AbortSignal) => Promise<HookResponse>;

export interface HookCaller {
  call<T>(hook: HookName, parent: KubeObject, body: object, parse: (response: HookResponse) => Parsed<T>): Promise<Parsed<T>>;
  /** From the cache while the parent has the same generation, at most 20 minutes. */
  relatedRules(parent: KubeObject, body: object): Promise<Parsed<readonly RelatedRule[]>>;
  /** The rules that are known without a call. */
  cachedRules(parent: KubeObject): readonly RelatedRule[];
  forget(): void;
}

/** Given as a reason: without one each abort makes an error with its stack. */
const ANSWERED = 'answered';
const TIMED_OUT = 'timed out';
const CUSTOMIZE_CACHE_MS = 20 * 60_000;
const NO_RULES: readonly RelatedRule[] = [];

interface Customized {
  readonly untilMs: number;
  readonly rules: readonly RelatedRule[];
}

export function createHookCaller(clock: Clock, settings: ControllerSettings, hooks: HookCall, observations: Observations): HookCaller {
  /** By uid and generation: a late informer still shows an older one. */
  const customized = new Map<string, Map<number | undefined, Customized>>();

  function cached({ metadata }: KubeObject): Customized | undefined {
    return customized.get(metadata.uid)?.get(metadata.generation);
  }

  async function call<T>(
    hook: HookName,
    parent: KubeObject,
    body: object,
    parse: (response: HookResponse) => Parsed<T>,
  ): Promise<Parsed<T>> {
    observations.counters.calls[hook] += 1;
    const timeout = new AbortController();
    const answered = new AbortController();
    const expiry = clock.sleep(settings.hooks[hook] ?? 0, answered.signal).then(() => {
      if (answered.signal.aborted) return '';
      observations.counters.timeouts += 1;
      return 'http error: context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    });
    const response = await Promise.race([
      hooks(hook, body, timeout.signal).catch((error: unknown) => `http error: ${error instanceof Error ? error.message : 'failed'}`),
      expiry,
    ]);
    answered.abort(ANSWERED);
    if (typeof response === 'string') {
      timeout.abort(TIMED_OUT);
      return { kind: 'error', message: response, violation: null };
    }
    const parsed = parse(response);
    if (parsed.kind !== 'ok' && parsed.violation !== null) {
      observations.violate(
        parsed.violation,
        objectKey(parent),
        parsed.kind === 'error' ? parsed.message : '429 without an integer Retry-After',
      );
    }
    return parsed;
  }

  return {
    call,
    async relatedRules(parent, body) {
      if (settings.hooks.customize === undefined) return { kind: 'ok', value: [] };
      const known = cached(parent);
      if (known !== undefined && known.untilMs > clock.now()) return { kind: 'ok', value: known.rules };
      const parsed = await call('customize', parent, body, (response) => parseCustomizeAnswer(response, clock.now()));
      if (parsed.kind !== 'ok') return parsed;
      const rules: RelatedRule[] = [];
      for (const raw of parsed.value) {
        const rule = readRelatedRule(raw);
        if (typeof rule === 'string') return { kind: 'error', message: rule, violation: null };
        rules.push(rule);
      }
      const { uid, generation } = parent.metadata;
      const ofParent = customized.get(uid) ?? new Map<number | undefined, Customized>();
      customized.set(uid, ofParent.set(generation, { untilMs: clock.now() + CUSTOMIZE_CACHE_MS, rules }));
      return { kind: 'ok', value: rules };
    },
    cachedRules: (parent) => cached(parent)?.rules ?? NO_RULES,
    forget() {
      customized.clear();
    },
  };
}

/** What may go wrong between Metacontroller and the webhook, as data; each shows to Metacontroller as an http error or a late answer. */
import type { Clock } from '../../clock.ts';
import type { Random } from '../forgejo/random.ts';
import type { HookName } from './composite-controller.ts';
import type { HookCall } from './hook-caller.ts';

export type HookFault =
  /** The request never reaches the service. */
  | { readonly kind: 'drop' }
  /** The service works, and the connection breaks before its answer arrives. */
  | { readonly kind: 'loseAnswer' }
  /** The service works, and its answer arrives that much later: after the hook's time-out nobody waits for it any more. */
  | { readonly kind: 'delay'; readonly ms: number };

export interface HookFaultRule {
  readonly fault: HookFault;
  /** Default: every hook. */
  readonly hooks?: readonly HookName[];
  /** How many calls it hits at most; default: no limit. */
  readonly times?: number;
  /** 0–1; default 1. */
  readonly probability?: number;
}

export interface HookFaults {
  /** Replaces all rules and begins to count anew. */
  set(rules: readonly HookFaultRule[]): void;
  /** The call with the first rule's fault that hits it. */
  readonly call: HookCall;
}

export function createHookFaults(
  clock: Clock,
  random: Random,
  inner: HookCall,
  struck: (kind: `hook:${HookFault['kind']}`) => void,
): HookFaults {
  let rules: readonly { readonly rule: HookFaultRule; hits: number }[] = [];

  function draw(hook: HookName): HookFault | null {
    for (const counted of rules) {
      const { hooks, times = Number.POSITIVE_INFINITY, probability = 1 } = counted.rule;
      if (counted.hits >= times || hooks?.includes(hook) === false) continue;
      if (probability < 1 && random.next() >= probability) continue;
      counted.hits += 1;
      return counted.rule.fault;
    }
    return null;
  }

  return {
    set(wanted) {
      rules = wanted.map((rule) => ({ rule, hits: 0 }));
    },
    async call(hook, body, signal) {
      const fault = draw(hook);
      if (fault === null) return inner(hook, body, signal);
      struck(`hook:${fault.kind}`);
      switch (fault.kind) {
        case 'drop':
          throw new Error('connect: connection refused');
        case 'loseAnswer':
          await inner(hook, body, signal);
          throw new Error('EOF');
        case 'delay': {
          const response = await inner(hook, body, signal);
          await clock.sleep(fault.ms, signal);
          return response;
        }
      }
    },
  };
}

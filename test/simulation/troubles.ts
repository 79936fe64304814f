/** The faults that are in force, and the times in which anything was wrong between the parties. */
import type { HookFaultRule } from '../../src/dev/cluster/hook-faults.ts';
import type { FaultRule as RequestFaultRule } from '../../src/dev/forgejo/faults.ts';

export interface Span {
  /** `turns`: two replicas answer by turns, which is no fault as such. */
  readonly kind: 'api' | 'rpc' | 'hooks' | 'informers' | 'operator' | 'access' | 'turns';
  readonly from: number;
  /** Exclusive. */
  readonly until: number;
}

export interface Troubles {
  /** Notes a time, clock ms, in which something is wrong. */
  note(span: Span): void;
  /** All is well from that moment on. */
  clear(now: number): void;
  /** When the last of them ends; minus infinity when there was none. `since`: of those that have begun by then. */
  lastEnd(since: number): number;
  /** Whether there was something of that kind between two moments. */
  overlaps(kind: Span['kind'], from: number, until: number): boolean;
  /** How long, in ms, the runners' protocol was disturbed between two moments. */
  rpcDisturbedMs(from: number, until: number): number;
  readonly requestRules: Set<RequestFaultRule>;
  readonly hookRules: readonly Set<HookFaultRule>[];
}

export function createTroubles(): Troubles {
  let spans: readonly Span[] = [];
  const requestRules = new Set<RequestFaultRule>();
  const hookRules = [new Set<HookFaultRule>(), new Set<HookFaultRule>()];
  return {
    clear(now) {
      spans = spans.map((span) => ({ ...span, until: Math.min(span.until, now) }));
      requestRules.clear();
      for (const rules of hookRules) rules.clear();
    },
    note(span) {
      spans = [...spans, span];
    },
    lastEnd: (since) =>
      Math.max(Number.NEGATIVE_INFINITY, ...spans.filter(({ kind, from }) => kind !== 'turns' && from <= since).map(({ until }) => until)),
    overlaps: (kind, from, until) => spans.some((span) => span.kind === kind && span.from < until && span.until > from),
    rpcDisturbedMs(from, until) {
      return spans
        .filter(({ kind }) => kind === 'rpc')
        .reduce((sum, span) => sum + Math.max(0, Math.min(span.until, until) - Math.max(span.from, from)), 0);
    },
    requestRules,
    hookRules,
  };
}

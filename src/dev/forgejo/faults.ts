/** Faults as data: which requests they hit, how often, and what happens to them. */
import type { HttpResponse } from '../../forgejo/transport.ts';
import type { Random } from './random.ts';
import type { EndpointName } from './route.ts';

export type Fault =
  /** A proxy or the server answers this; the work is not done. */
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The work is done that much later; other faults of the same request still apply. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The work is done, and the connection breaks before the answer arrives. */
  | { readonly kind: 'loseAnswer'; readonly code?: string }
  /** No connection; the work is not done. */
  | { readonly kind: 'refuse'; readonly code?: string };

export interface FaultRule {
  /** Every condition that is given must hold. */
  readonly when?: {
    readonly endpoints?: readonly EndpointName[];
    readonly methods?: readonly string[];
    /** Part of the path. */
    readonly path?: string;
  };
  /** In [0, 1]; default 1. */
  readonly probability?: number;
  /** How many requests it hits at most; default: no limit. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface FaultedRequest {
  readonly endpoint: EndpointName;
  readonly method: string;
  readonly path: string;
}

/** What becomes of one request. */
export interface FaultPlan {
  readonly delayMs: number;
  readonly end:
    | { readonly kind: 'none' }
    | { readonly kind: 'answer'; readonly response: HttpResponse }
    | { readonly kind: 'break'; readonly code: string; readonly after: 'work' | 'nothing' };
}

export interface Faults {
  /** Replaces all rules and begins to count anew. */
  set(rules: readonly FaultRule[]): void;
  /** The first rule that ends a request wins; latencies add up. */
  planFor(request: FaultedRequest): FaultPlan;
  /** Requests hit so far, by kind, under all rules that there were. */
  readonly struck: ReadonlyMap<Fault['kind'], number>;
}

export function createFaults(random: Random): Faults {
  const struck = new Map<Fault['kind'], number>();
  let rules: readonly { readonly rule: FaultRule; hits: number }[] = [];

  function planFor(request: FaultedRequest): FaultPlan {
    let delayMs = 0;
    for (const counted of rules) {
      if (!applies(counted.rule, counted.hits, request, random)) continue;
      counted.hits += 1;
      const { fault } = counted.rule;
      struck.set(fault.kind, (struck.get(fault.kind) ?? 0) + 1);
      if (fault.kind !== 'latency') return { delayMs, end: endOf(fault) };
      delayMs += fault.ms;
    }
    return { delayMs, end: { kind: 'none' } };
  }

  return {
    set(wanted) {
      rules = wanted.map((rule) => ({ rule, hits: 0 }));
    },
    planFor,
    struck,
  };
}

function applies(rule: FaultRule, hits: number, request: FaultedRequest, random: Random): boolean {
  if (rule.times !== undefined && hits >= rule.times) return false;
  const { endpoints, methods, path } = rule.when ?? {};
  if (endpoints !== undefined && !endpoints.includes(request.endpoint)) return false;
  if (methods !== undefined && !methods.includes(request.method)) return false;
  if (path !== undefined && !request.path.includes(path)) return false;
  return rule.probability === undefined || random.next() < rule.probability;
}

function endOf(fault: Exclude<Fault, { kind: 'latency' }>): FaultPlan['end'] {
  switch (fault.kind) {
    case 'answer':
      return { kind: 'answer', response: { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' } };
    case 'loseAnswer':
      return { kind: 'break', code: fault.code ?? 'ECONNRESET', after: 'work' };
    case 'refuse':
      return { kind: 'break', code: fault.code ?? 'ECONNREFUSED', after: 'nothing' };
  }
}

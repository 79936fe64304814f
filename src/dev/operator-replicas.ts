/** Replicas of the operator behind one Service: each has its own reader, caches and memory, and may be restarted by itself. */
import type { Operator } from '../hooks/reply.ts';
import type { HookCall } from './cluster/hook-caller.ts';
import { directHooks } from './direct-hooks.ts';

/** Which replica the hooks reach: the Service's session affinity as a rule keeps to one. */
export type Route = 'first' | 'second' | 'alternate';

export interface OperatorReplicas {
  readonly call: HookCall;
  route(route: Route): void;
  /** A new process: everything that was only in its memory is lost, answers under way still arrive. */
  restart(replica: number): void;
}

/** Throws when a route or a restart names a replica that there is not. */
export function createOperatorReplicas(count: 1 | 2, create: () => Operator): OperatorReplicas {
  const replicas = Array.from({ length: count }, () => directHooks(create()));
  let route: Route = 'first';
  let calls = 0;

  function indexOf(wanted: Route): number {
    switch (wanted) {
      case 'first':
        return 0;
      case 'second':
        return 1;
      case 'alternate':
        return calls % count;
    }
  }

  function replica(index: number): HookCall {
    const found = replicas[index];
    if (found === undefined) throw new Error(`there is no replica ${index} of the operator`);
    return found;
  }

  return {
    call(hook, body, signal) {
      calls += 1;
      return replica(indexOf(route))(hook, body, signal);
    },
    route(wanted) {
      replica(indexOf(wanted));
      route = wanted;
    },
    restart(index) {
      replica(index);
      replicas[index] = directHooks(create());
    },
  };
}

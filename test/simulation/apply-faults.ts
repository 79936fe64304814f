/** What goes wrong between the parties: Forgejo, the runners, Metacontroller, the operator. */
import type { HookFaultRule } from '../../src/dev/cluster/hook-faults.ts';
import type { Lag } from '../../src/dev/cluster/informer.ts';
import type { Fault, FaultRule } from '../../src/dev/forgejo/faults.ts';
import type { Action, ServerFault, Surface } from './scenario.ts';
import { clusterAt, later, type Simulation } from './simulation.ts';

type Of<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;

const PATHS: Readonly<Record<Surface, string>> = { api: '/api/v1', rpc: '/api/actions', all: '/api' };
/** A delayed answer may still be on its way when its rule has ended. */
const LONGEST_HOOK_MS = 13_000;

export function forgejoFault(simulation: Simulation, { surface, fault, forMs, times, writesOnly }: Of<'forgejoFault'>): boolean {
  const when = { path: PATHS[surface], ...(writesOnly ? { methods: ['POST', 'DELETE'] } : {}) };
  return breakForgejo(simulation, surface, forMs, { fault: faultOf(fault), when, ...(times === null ? {} : { times }) });
}

export function forgejoRestart(simulation: Simulation, { forMs }: Of<'forgejoRestart'>): boolean {
  return breakForgejo(simulation, 'all', forMs, { fault: { kind: 'refuse' } });
}

export function runnersCutOff(simulation: Simulation, { forMs }: Of<'runnersCutOff'>): boolean {
  return breakForgejo(simulation, 'rpc', forMs, { fault: { kind: 'refuse' }, when: { path: PATHS.rpc } });
}

function breakForgejo(simulation: Simulation, surface: Surface, forMs: number, rule: FaultRule): boolean {
  const { world, troubles } = simulation;
  const now = world.clock.now();
  const update = (): void => world.forgejo.setFaults([...troubles.requestRules]);
  const latency = rule.fault.kind === 'latency' ? rule.fault.ms : 0;
  troubles.requestRules.add(rule);
  update();
  if (surface !== 'rpc') troubles.note({ kind: 'api', from: now, until: now + forMs + latency });
  if (surface !== 'api') troubles.note({ kind: 'rpc', from: now, until: now + forMs + latency });
  later(simulation, forMs, () => {
    troubles.requestRules.delete(rule);
    update();
  });
  return true;
}

function faultOf(fault: ServerFault): Fault {
  switch (fault.kind) {
    case 'serverError':
      return { kind: 'answer', status: fault.status, body: 'bad gateway' };
    case 'refuse':
    case 'loseAnswer':
    case 'latency':
      return fault;
  }
}

export function lag(simulation: Simulation, cluster: number, { of, ms, forMs }: Of<'lag'>): boolean {
  const { world, scenario, troubles } = simulation;
  const inForce = simulation.lags[cluster];
  if (inForce === undefined) return false;
  const one = { of, ms };
  const update = (): void => {
    const lagOf = (wanted: number): Lag => ({ ms: wanted, jitterMs: wanted / 2 });
    const all = [...inForce].findLast((other) => other.of === 'all');
    clusterAt(simulation, cluster).setLag('all', all === undefined ? scenario.lag : lagOf(all.ms));
    for (const other of inForce) if (other.of !== 'all') clusterAt(simulation, cluster).setLag(other.of, lagOf(other.ms));
  };
  inForce.add(one);
  update();
  troubles.note({ kind: 'informers', from: world.clock.now(), until: world.clock.now() + forMs + 2 * ms });
  later(simulation, forMs, () => {
    inForce.delete(one);
    update();
  });
  return true;
}

export function quota(simulation: Simulation, cluster: number, { of, forMs }: Of<'quota'>): boolean {
  const { troubles, world } = simulation;
  clusterAt(simulation, cluster).refuse(of, `exceeded quota: q, requested: count/${of.toLowerCase()}s=1`);
  troubles.note({ kind: 'access', from: world.clock.now(), until: world.clock.now() + forMs });
  later(simulation, forMs, () => clusterAt(simulation, cluster).refuse(of, null));
  return true;
}

export function hookFault(simulation: Simulation, cluster: number, { fault, times, forMs }: Of<'hookFault'>): boolean {
  const { world, troubles } = simulation;
  const rules = troubles.hookRules[cluster];
  if (rules === undefined) return false;
  const rule: HookFaultRule = { fault, times };
  const update = (): void => clusterAt(simulation, cluster).setHookFaults([...rules]);
  rules.add(rule);
  update();
  troubles.note({ kind: 'hooks', from: world.clock.now(), until: world.clock.now() + forMs + LONGEST_HOOK_MS });
  later(simulation, forMs, () => {
    rules.delete(rule);
    update();
  });
  return true;
}

export function restartMetacontroller(simulation: Simulation, cluster: number, { downMs }: Of<'restartMetacontroller'>): boolean {
  const now = simulation.world.clock.now();
  clusterAt(simulation, cluster).restartMetacontroller(downMs);
  simulation.troubles.note({ kind: 'hooks', from: now, until: now + downMs });
  return true;
}

export function restartOperator(simulation: Simulation, cluster: number, { replica }: Of<'restartOperator'>): boolean {
  const { world, scenario, troubles } = simulation;
  world.restartOperator(cluster, scenario.world === 'replicas' ? replica : 0);
  troubles.note({ kind: 'operator', from: world.clock.now(), until: world.clock.now() + 1 });
  return true;
}

/** Until the next change of the route, or the end of the faults. */
export function route({ world, scenario, troubles, startedAt }: Simulation, cluster: number, { to }: Of<'route'>): boolean {
  const now = world.clock.now();
  world.route(cluster, to);
  // The other process knows less of the past.
  troubles.note({ kind: 'operator', from: now, until: now + 1 });
  if (to === 'alternate') troubles.note({ kind: 'turns', from: now, until: startedAt + scenario.chaosMs });
  return true;
}

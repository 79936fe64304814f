/**
 * What holds of every decision, whatever world it is made in. Each function returns the broken rules as sentences, so that it
 * can run over generated worlds, over simulations and over recorded cases alike; no sentence is no violation.
 */
import type { Fate } from '../../src/pool/fate.ts';
import { isEnded, isLive, type Judged } from '../../src/pool/judge.ts';
import type { Effect, World } from '../../src/pool/model.ts';
import type { Plan } from '../../src/pool/plan.ts';
import type { Settled } from '../../src/pool/settle.ts';

type Register = Effect & { kind: 'register' };
type OfRunner = Exclude<Effect, Register>;

/** A plan of `/sync`. */
export function checkInvariants(world: World, slots: readonly Judged[], plan: Plan): readonly string[] {
  return [
    ...checkAnyPlan(world, slots, plan),
    ...checkRegistrations(world, slots, plan.effects.filter(isRegister)),
    ...plan.fates.flatMap((fate) => [...checkSecretStays(fate), ...checkRendering(fate, world)]),
    ...plan.effects.filter(isOfRunner).flatMap((effect) => checkPodsHaveEnded(effect, slots)),
  ];
}

/** A plan of `/finalize`: nothing new, and the rest as ever. */
export function checkFinalizeInvariants(world: World, slots: readonly Judged[], plan: Plan): readonly string[] {
  return [
    ...checkAnyPlan(world, slots, plan),
    ...plan.effects.filter(isRegister).map((effect) => `a deleted pool registers ${effect.tags.runner}`),
    ...plan.fates
      .filter((fate) => fate.secret === 'render' || fate.workload === 'render')
      .map((fate) => `a deleted pool renders ${fate.slot.key}`),
  ];
}

/** The answer holds every observed child that is not given up, and nothing twice. */
export function checkAnswer(plan: Plan, settled: Settled): readonly string[] {
  const names = settled.children.map((child) =>
    'runner' in child ? `${child.kind} ${child.runner}` : `${child.kind} ${child.tags.runner}`,
  );
  const objects = names.map((name) => name.replace(/^(keep|render)/, ''));
  const has = new Set(names);
  return [
    ...objects.filter((name, index) => objects.indexOf(name) !== index).map((name) => `the answer holds ${name} twice`),
    ...plan.fates.flatMap(({ slot, secret, workload }) => {
      if (isEnded(slot.phase)) return [];
      const lost: string[] = [];
      if (secret === 'keep' && slot.secret !== null && !has.has(`keepSecret ${slot.key}`))
        lost.push(`the Secret of ${slot.key} is left out`);
      if (workload === 'keep' && slot.workload !== null && !has.has(`keepWorkload ${slot.key}`))
        lost.push(`the workload of ${slot.key} is left out`);
      return lost;
    }),
  ];
}

function checkAnyPlan(world: World, slots: readonly Judged[], plan: Plan): readonly string[] {
  return [
    ...checkOneFateEach(slots, plan.fates),
    ...plan.fates.flatMap(checkBusyJob),
    ...plan.effects.filter(isOfRunner).flatMap((effect) => [...checkOwnRow(effect, slots), ...checkHoldsNoTask(effect, slots, world)]),
    ...(world.forgejo.kind === 'answered' ? [] : checkBlind(plan)),
  ];
}

/** A registration whose task is listed as running, as far as anybody knows, is not removed: its job could never report. */
function checkHoldsNoTask(effect: OfRunner, slots: readonly Judged[], world: World): readonly string[] {
  const slot = slots.find(({ key }) => key === effect.runner);
  if (effect.kind !== 'deregister' || slot === undefined || world.forgejo.kind !== 'answered') return [];
  const others = slots.filter((other) => other.key !== slot.key && isLive(other.phase));
  const asked = new Set(slot.remembered?.asked);
  const held = world.forgejo.snapshot.jobs.filter((job) => {
    if (job.status !== 'running' || asked.has(job.taskId)) return false;
    // What was handed out after its end is another's.
    if (isEnded(slot.phase) && job.taskId > (slot.remembered?.lastTask ?? job.taskId)) return false;
    const explained = others.some(({ tags, remembered }) => tags.handle === job.handle || remembered?.task === job.taskId);
    return job.taskId === slot.remembered?.task || (job.handle === slot.tags.handle && !explained);
  });
  const canBeAsked = slot.secret?.complete === true || slot.held !== null;
  if (slot.evidence.row === 'undeclared' || slot.phase === 'stray' || !canBeAsked) return [];
  return held.map((job) => `${slot.key} is deregistered while task ${job.taskId} runs`);
}

function checkOneFateEach(slots: readonly Judged[], fates: readonly Fate[]): readonly string[] {
  const keys = fates.map((fate) => fate.slot.key);
  return [
    ...keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key} has two fates`),
    ...slots.filter((slot) => !keys.includes(slot.key)).map((slot) => `${slot.key} has no fate`),
  ];
}

/** Nothing that holds a task is stopped; a Deployment's TERM lets the task end, a Job's runner would be stopped for nothing. */
function checkBusyJob({ slot, secret, workload }: Fate): readonly string[] {
  if (slot.phase !== 'busy' || slot.kind !== 'Job') return [];
  return secret === 'drop' || workload === 'drop' ? [`busy runner ${slot.key} is stopped`] : [];
}

/** Missing information deletes nothing, and changes nothing at Forgejo. */
function checkBlind(plan: Plan): readonly string[] {
  return plan.effects.map((effect) => `${effect.kind} although Forgejo has not answered`);
}

function checkOwnRow(effect: OfRunner, slots: readonly Judged[]): readonly string[] {
  const slot = slots.find((each) => each.key === effect.runner);
  if (slot === undefined) return [`${effect.kind} for ${effect.runner}, which is no slot`];
  const broken: string[] = [];
  if (effect.registration.uuid !== slot.tags.registration?.uuid)
    broken.push(`${effect.kind} as ${effect.runner} with another registration`);
  if (effect.kind !== 'deregister' && isMute(slot)) broken.push(`${effect.kind} as ${effect.runner}, whose token nobody has`);
  if (effect.kind === 'ask') return broken;
  const ofAnEarlierTask = effect.kind === 'report' && slot.remembered?.lostTasks.includes(effect.taskId) === true;
  if (slot.phase === 'busy' && !ofAnEarlierTask) broken.push(`${effect.kind} of ${effect.runner}, which is busy`);
  if (effect.kind === 'report' && slot.row?.status === 'active' && !ofAnEarlierTask)
    broken.push(`report as ${effect.runner}, which is active`);
  if (effect.kind === 'deregister' && effect.whenStatus.includes('idle') && isMute(slot) && slot.pods.length === 0) {
    broken.push(`${effect.runner} would be deregistered while idle, though nobody holds its credentials`);
  }
  return broken;
}

/** Neither its Secret nor this process has its token. */
function isMute({ secret, held }: Judged): boolean {
  return secret?.complete !== true && held === null;
}

function checkRegistrations(world: World, slots: readonly Judged[], effects: readonly Register[]): readonly string[] {
  const names = effects.map((effect) => effect.tags.runner);
  const handles = effects.flatMap((effect) => effect.tags.handle ?? []);
  const live = slots.filter((slot) => isLive(slot.phase));
  const held = new Set(live.flatMap((slot) => slot.tags.handle ?? []));
  const rows = world.forgejo.kind === 'answered' ? world.forgejo.snapshot.registrations : [];
  const taken = new Set([...slots.map((slot) => slot.key), ...rows.map((row) => row.name)]);
  const broken = [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `two registrations of ${name}`),
    ...names.filter((name) => taken.has(name)).map((name) => `${name} is registered although it exists`),
    ...handles.filter((handle, index) => handles.indexOf(handle) !== index).map((handle) => `two runners for ${handle}`),
    ...handles.filter((handle) => held.has(handle)).map((handle) => `${handle} has a runner already`),
  ];
  if (effects.length > 0 && live.length + effects.length > world.spec.maxRunners) broken.push('more than maxRunners');
  const refusal = world.memory.backoff.find(({ key }) => key === 'register');
  if (refusal !== undefined && effects.length > (refusal.until > world.now ? 0 : 1)) broken.push('registers although Forgejo refuses it');
  if (effects.length > 0 && (world.spec.paused || world.namespaceTerminating)) broken.push('a registration that can not be used');
  return broken;
}

/** A Secret is the only way to speak as its runner: it goes after the registration. */
function checkSecretStays({ slot, secret }: Fate): readonly string[] {
  if (secret !== 'drop' || slot.tags.registration === null || slot.evidence.row === 'absent') return [];
  return [`the Secret of ${slot.key} is dropped while its row is ${slot.evidence.row}`];
}

function checkRendering({ slot, workload, secret }: Fate, world: World): readonly string[] {
  if (workload !== 'render' && secret !== 'render') return [];
  const broken: string[] = [];
  if (slot.pods.length > 0 && workload === 'render') broken.push(`${slot.key} is rendered beside a Pod`);
  if (slot.workload !== null && workload === 'render') broken.push(`${slot.key} is rendered although it is there`);
  if (slot.remembered?.phase === 'stopping' || slot.remembered?.phase === 'ended')
    broken.push(`${slot.key} is rendered although it was stopped`);
  if (world.namespaceTerminating) broken.push(`${slot.key} is rendered in a namespace that is being deleted`);
  return broken;
}

/** A runner that takes any job may be asked what it runs, and a task that it lost be reported; all else is for the dead. */
function checkPodsHaveEnded(effect: OfRunner, slots: readonly Judged[]): readonly string[] {
  const slot = slots.find((each) => each.key === effect.runner);
  if (slot === undefined || (effect.kind === 'ask' && slot.tags.handle === null && isLive(slot.phase))) return [];
  if (effect.kind === 'report' && mayHaveLost(slot, effect.taskId)) return [];
  // One that polls on although its Pod should have ended is idle, and ends by that, after the guard's questions.
  const unheard = (slot.phase === 'draining' || slot.phase === 'lost') && slot.row?.status === 'idle';
  if (unheard && (effect.kind === 'ask' || (effect.kind === 'deregister' && effect.whenStatus.join() === 'idle'))) return [];
  const alive = slot.pods.some((pod) => pod.state.kind !== 'terminated');
  if (!alive || (slot.phase === 'lost' && (effect.kind === 'ask' || slot.row?.status === 'offline'))) return [];
  return [`${effect.kind} of ${effect.runner}, whose Pod has not ended`];
}

/** It polls, or no container of it runs, or it has a later task; and no second Pod of it can be at work. */
function mayHaveLost(slot: Judged, taskId: number): boolean {
  const running = slot.pods.filter(({ state }) => state.kind === 'running').length;
  const { task = null, lostTasks = [] } = slot.remembered ?? {};
  if (slot.tags.handle !== null || running > 1 || (task !== taskId && !lostTasks.includes(taskId))) return false;
  if (slot.kind === 'Deployment' && running === 0) return slot.row?.status !== 'active';
  return (slot.phase === 'idle' && slot.row?.status === 'idle') || (slot.kind === 'Deployment' && lostTasks.includes(taskId));
}

function isRegister(effect: Effect): effect is Register {
  return effect.kind === 'register';
}

function isOfRunner(effect: Effect): effect is OfRunner {
  return effect.kind !== 'register';
}

/** Forgejo of the explored world: what its lists show, and what it does when the operator asks. */
import type { QueuedJob, Registration } from '../../src/pool/forgejo.ts';
import type { Effect, Outcome } from '../../src/pool/model.ts';
import { readOwnership } from '../../src/pool/ownership.ts';
import { aJob, aSnapshot } from '../pool/support/builders.ts';
import type { Forgejo, Issued, Reading, Row, RunnerPod, State } from './state.ts';

/** A runner is `active` for so long after it spoke of a task, and `offline` after so long a silence. */
export const ACTIVE_MS = 10_000;
export const OFFLINE_MS = 60_000;

/** Both lists, read now. */
export function readForgejo(state: State): Reading {
  const { now, forgejo, operator } = state;
  return {
    snapshot: aSnapshot({
      jobs: queueOf(forgejo),
      jobsReadAt: now,
      registrations: forgejo.rows.map((row) => registrationOf(row, state)),
      registrationsReadAt: now,
      answeringSince: operator.reading?.snapshot.answeringSince ?? now,
    }),
    holding: forgejo.jobs.flatMap((job) => job.holder ?? []),
  };
}

function queueOf({ jobs }: Forgejo): readonly QueuedJob[] {
  return jobs
    .map(({ number, handle, taskId }) => aJob(number, { handle, taskId, status: taskId === 0 ? 'waiting' : 'running' }))
    .toReversed();
}

function registrationOf(row: Row, state: State): Registration {
  const { id, uuid, name, ownership, declared } = row;
  return { id, uuid, name, ownership, declared, status: statusOfRow(row, state), version: declared ? 'v12.8.2' : '', ephemeral: true };
}

export function statusOfRow(row: Row, { cluster, now }: State): Registration['status'] {
  const process = cluster.pods.find((pod) => uuidOf(pod) === row.uuid && isAlive(pod))?.process;
  if (process === 'working' || (row.activeAt !== null && now - row.activeAt < ACTIVE_MS)) return 'active';
  if (process === 'idle' || (row.seenAt !== null && now - row.seenAt < OFFLINE_MS)) return 'idle';
  return 'offline';
}

export function uuidOf({ observed }: RunnerPod): string | undefined {
  return observed.tags.registration?.uuid;
}

/** Its container runs. */
export function isAlive({ process }: RunnerPod): boolean {
  return process !== 'pending' && process !== 'over';
}

export interface Performed {
  readonly state: State;
  readonly outcomes: readonly Outcome[];
  /** What must never happen, as sentences. */
  readonly broken: readonly string[];
}

/** One effect after the other, at one moment. `loseFirst`: the first registration is made, and its answer lost. */
export function performAll(start: State, effects: readonly Effect[], loseFirst: boolean): Performed {
  const lost = loseFirst ? effects.find((effect) => effect.kind === 'register') : undefined;
  return effects.reduce<Performed>(
    ({ state, outcomes, broken }, effect) => {
      const done = perform(state, effect, effect === lost);
      return { state: done.state, outcomes: [...outcomes, done.outcome], broken: [...broken, ...done.broken] };
    },
    { state: start, outcomes: [], broken: [] },
  );
}

interface Done {
  readonly state: State;
  readonly outcome: Outcome;
  readonly broken: readonly string[];
}

const RUNNERS_PATH = '/api/v1/orgs/acme/actions/runners';

function perform(state: State, effect: Effect, lost: boolean): Done {
  switch (effect.kind) {
    case 'register':
      return register(state, effect, lost);
    case 'ask':
      return ask(state, effect);
    case 'report':
      return report(state, effect);
    case 'deregister':
      return deregister(state, effect);
  }
}

function register(state: State, effect: Effect & { kind: 'register' }, lost: boolean): Done {
  const { now, forgejo, issued } = state;
  const { runner, handle, attempt } = effect.tags;
  const id = issued.length + 2;
  const registration = { id, uuid: `uuid-${id}` };
  const row: Row = {
    ...registration,
    name: runner,
    ownership: readOwnership(effect.description),
    declared: false,
    seenAt: null,
    activeAt: null,
    foreign: false,
  };
  const made: Issued = { name: runner, uuid: row.uuid, handle, attempt, at: now, started: false };
  const after: State = { ...state, forgejo: { ...forgejo, rows: [...forgejo.rows, row] }, issued: [...issued, made] };
  const broken = issued.some(({ name }) => name === runner) ? [`the name ${runner} is used again`] : [];
  if (lost) {
    const failure = { kind: 'timeout', method: 'POST', path: RUNNERS_PATH, afterMs: 5_000 } as const;
    return { state: after, outcome: { kind: 'failed', effect, failure, ambiguous: true }, broken };
  }
  const outcome: Outcome = { kind: 'registered', effect, registration, issuedAt: now };
  return { state: withOverlay(after, (rows) => [...rows, registrationOf(row, after)]), outcome, broken };
}

function ask(state: State, effect: Effect & { kind: 'ask' }): Done {
  const { uuid } = effect.registration;
  const row = state.forgejo.rows.find((each) => each.uuid === uuid);
  const failure = { kind: 'unauthorized', method: 'POST', path: '/api/actions/runner.v1.RunnerService/UpdateLog' } as const;
  if (row === undefined) return { state, outcome: { kind: 'failed', effect, failure, ambiguous: false }, broken: [] };
  const holds = state.forgejo.jobs.some((job) => job.taskId === effect.taskId && job.holder === uuid);
  const asked = changeRow(state, uuid, { seenAt: state.now, activeAt: state.now });
  return { state: asked, outcome: { kind: 'asked', effect, holds, at: state.now }, broken: foreignTouched(row) };
}

function report(state: State, effect: Effect & { kind: 'report' }): Done {
  const { uuid } = effect.registration;
  const { jobs, rows } = state.forgejo;
  const row = rows.find((each) => each.uuid === uuid);
  const job = jobs.find((each) => each.taskId === effect.taskId && each.holder === uuid);
  if (row === undefined || job === undefined) return { state, outcome: { kind: 'reported', effect }, broken: [] };
  const forgejo = { ...state.forgejo, jobs: jobs.filter((each) => each !== job), rows: rows.filter((each) => each !== row) };
  const lives = state.cluster.pods.some((pod) => uuidOf(pod) === uuid && isAlive(pod));
  const broken = lives ? [`task ${effect.taskId} is reported dead although ${effect.runner} lives`] : [];
  return { state: { ...state, forgejo }, outcome: { kind: 'reported', effect }, broken: [...broken, ...foreignTouched(row)] };
}

function deregister(state: State, effect: Effect & { kind: 'deregister' }): Done {
  const { id, uuid } = effect.registration;
  const row = state.forgejo.rows.find((each) => each.id === id);
  if (row === undefined || row.uuid !== uuid) return { state, outcome: { kind: 'deregistered', effect }, broken: [] };
  const status = statusOfRow(row, state);
  if (status === 'active' || !effect.whenStatus.includes(status)) return { state, outcome: { kind: 'spared', effect, status }, broken: [] };
  const held = state.forgejo.jobs.filter((job) => job.holder === uuid);
  const lives = state.cluster.pods.some((pod) => uuidOf(pod) === uuid && pod.process === 'working');
  const broken = [
    ...(lives ? [`${effect.runner} is deregistered while it runs a task`] : []),
    ...held.map((job) => `${effect.runner} is deregistered while task ${job.taskId} runs`),
    ...foreignTouched(row),
  ];
  const forgejo = { ...state.forgejo, rows: state.forgejo.rows.filter((each) => each !== row) };
  const gone = withOverlay({ ...state, forgejo }, (rows) => rows.filter((each) => each.id !== id));
  return { state: gone, outcome: { kind: 'deregistered', effect }, broken };
}

function foreignTouched({ foreign, name }: Row): readonly string[] {
  return foreign ? [`the foreign registration ${name} is touched`] : [];
}

export function changeRow(state: State, uuid: string | undefined, change: Partial<Row>): State {
  const rows = state.forgejo.rows.map((row) => (row.uuid === uuid ? { ...row, ...change } : row));
  return { ...state, forgejo: { ...state.forgejo, rows } };
}

/** Our own writes show in the shared read at once. */
function withOverlay(state: State, change: (rows: readonly Registration[]) => readonly Registration[]): State {
  const { operator } = state;
  if (operator.reading === null) return state;
  const { snapshot } = operator.reading;
  const reading = { ...operator.reading, snapshot: { ...snapshot, registrations: change(snapshot.registrations) } };
  return { ...state, operator: { ...operator, reading } };
}

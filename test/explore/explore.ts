/**
 * Breadth-first over every interleaving: each state once, the rules in every one of them, and after that from every state
 * the way that a world without further faults takes, to its end.
 */
import { hash } from 'node:crypto';
import { actionsOf, fairActionsOf } from './actions.ts';
import { canonicalOf, NAMES } from './canonical.ts';
import { brokenRules, unsettled } from './rules.ts';
import { initialState, type Limits, type State } from './state.ts';

export interface Finding {
  readonly broken: readonly string[];
  /** From the first state on. */
  readonly path: readonly string[];
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Longest of the shortest ways to a state, steps. */
  readonly depth: number;
  /** States in which nothing is left to happen by itself. */
  readonly atRest: number;
  /** Longest way to rest without further faults, steps. */
  readonly longestRest: number;
  /** No state was left out. */
  readonly complete: boolean;
  /** One for each kind, with a shortest path; exploring ends at the fifth. */
  readonly findings: readonly Finding[];
}

const AT_REST = -1;
const NOT_LOOKED_AT = -2;
const BROKEN = -3;
const MOST_FINDINGS = 5;

/** `most`: how many states are looked at; from those that are left over the way to rest is followed all the same. */
export function explore(limits: Limits, most: number): Exploration {
  const graph = createGraph();
  const findings = new Map<string, Finding>();
  const first = initialState(limits);
  graph.add(first, NOT_LOOKED_AT, '');
  let transitions = 0;
  let looked = 0;

  function look(index: number, fairOnly: boolean): void {
    const state = graph.take(index);
    let next = AT_REST;
    for (const action of fairOnly ? fairActionsOf(state, limits) : actionsOf(state, limits)) {
      if (fairOnly && next !== AT_REST) break;
      transitions += 1;
      const broken = [...action.broken, ...brokenRules(action.state, limits)];
      note(broken, () => [...graph.pathTo(index), action.name]);
      // What comes after a broken rule says nothing new.
      const child = broken.length > 0 ? BROKEN : graph.add(action.state, index, action.name);
      if (action.fair && next === AT_REST && child !== index) next = child;
    }
    graph.fair[index] = next;
    if (next === AT_REST) note(unsettled(state, limits), () => graph.pathTo(index));
  }

  /** The first path is a shortest one; the same with other names is the same. */
  function note(broken: readonly string[], pathOf: () => readonly string[]): void {
    const kind = broken.join('\n').replaceAll(NAMES, 'NAME');
    if (broken.length > 0 && !findings.has(kind)) findings.set(kind, { broken, path: pathOf() });
  }

  while (looked < graph.size() && looked < most && findings.size < MOST_FINDINGS) {
    look(looked, false);
    looked += 1;
  }
  const complete = looked === graph.size();
  const depth = graph.depthOf(looked - 1);
  for (let index = looked; index < graph.size(); index += 1) look(index, true);

  const rest = waysToRest(graph.fair);
  for (const index of rest.circles) note(['it never comes to rest'], () => graph.pathTo(index));
  return {
    states: looked,
    transitions,
    depth,
    atRest: graph.fair.slice(0, looked).filter((next) => next === AT_REST).length,
    longestRest: rest.longest,
    complete,
    findings: [...findings.values()],
  };
}

interface Graph {
  /** Where the fair schedule goes from each state. */
  readonly fair: number[];
  size(): number;
  /** Its index; a state that was met before has the one of then. */
  add(state: State, parent: number, by: string): number;
  /** Each state is taken once. */
  take(index: number): State;
  depthOf(index: number): number;
  pathTo(index: number): readonly string[];
}

function createGraph(): Graph {
  const indices = new Map<string, number>();
  const states: (State | null)[] = [];
  const parents: number[] = [];
  const names: string[] = [];
  const depths: number[] = [];
  const fair: number[] = [];
  return {
    fair,
    size: () => states.length,
    add(state, parent, by) {
      const key = hash('sha1', canonicalOf(state).text, 'base64');
      const met = indices.get(key);
      if (met !== undefined) return met;
      const index = states.length;
      indices.set(key, index);
      states.push(state);
      parents.push(parent);
      names.push(by);
      depths.push(index === 0 ? 0 : (depths[parent] ?? 0) + 1);
      fair.push(NOT_LOOKED_AT);
      return index;
    },
    take(index) {
      const state = states[index];
      if (state === undefined || state === null) throw new Error(`state ${index} was taken before`);
      states[index] = null;
      return state;
    },
    depthOf: (index) => depths[index] ?? 0,
    pathTo(index) {
      const path: string[] = [];
      for (let at = index; at > 0; at = parents[at] ?? 0) path.unshift(names[at] ?? '');
      return path;
    },
  };
}

/** Follows the fair schedule from every state; what it runs into for ever is a circle. */
function waysToRest(fair: readonly number[]): { readonly longest: number; readonly circles: readonly number[] } {
  const steps = new Int32Array(fair.length).fill(NOT_LOOKED_AT);
  const circles: number[] = [];
  for (let start = 0; start < fair.length; start += 1) {
    const way: number[] = [];
    let at = start;
    while (at >= 0 && steps[at] === NOT_LOOKED_AT) {
      steps[at] = UNDER_WAY;
      way.push(at);
      at = fair[at] ?? AT_REST;
    }
    const circular = at >= 0 && (steps[at] === UNDER_WAY || steps[at] === CIRCULAR);
    if (circular && steps[at] === UNDER_WAY) circles.push(start);
    let left = at < 0 ? 0 : (steps[at] ?? 0) + 1;
    for (const index of way.toReversed()) {
      steps[index] = circular ? CIRCULAR : left;
      left += 1;
    }
  }
  return { longest: steps.reduce((most, each) => Math.max(most, each), 0), circles };
}

const UNDER_WAY = -4;
const CIRCULAR = -5;

/** Registrations and Pods: never too many, never two of one, never somebody else's, and none for ever. */
import type { PodObject } from '../../src/dev/cluster/objects.ts';
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import { POOL } from './names.ts';
import { drainTimeoutSeconds, limitsAt } from './pool-spec.ts';
import { isPodAlive, isRunning, ownerOf, poolOf, runnerOf, type Seen, type SeenCluster } from './seen.ts';
import { hasOurFinalizer } from './settle.ts';
import { elapsed } from './simulation.ts';

/** How long a lowered maximum may still have been the old one to a decision whose Pods come now. */
const MAXIMUM_REMEMBERED_MS = 40_000;
/** The grace of an answer on its way (30 s), until the row reads offline (60 s), and what a busy scope adds. */
const STRAY_GOES_WITHIN_MS = 180_000;
/** Besides `drainTimeoutSeconds`, after which a pool ends whatever is left. */
const FINALIZED_MARGIN_MS = 60_000;

export const neverMoreThanMaximum: Invariant = {
  name: 'neverMoreThanMaximum',
  because: 'maxRunners is a hard limit of what runs at the same time',
  start(simulation) {
    const { edits, ledger, scenario } = simulation;
    const known = new Set<string | null | undefined>();
    const limits: { readonly at: number; readonly max: readonly number[] }[] = [];
    return (seen) => {
      limits.push({ at: seen.now, max: edits.map((each) => limitsAt(scenario, each, elapsed(simulation)).max) });
      while (limits[0] !== undefined && limits[0].at < seen.now - MAXIMUM_REMEMBERED_MS) limits.shift();
      return firstOf(seen.clusters, ({ index, pods, pools, secrets }) => {
        const uid = pools.find(({ metadata }) => metadata.name === POOL)?.metadata.uid;
        const counts = (pod: PodObject): boolean => {
          const runner = runnerOf(pod) ?? '';
          // Without its Secret, or deleted before its start, it will never run.
          const canRun = isRunning(pod) || (secrets.has(runner) && pod.metadata.deletionTimestamp === undefined);
          return poolOf(pod) === uid && isPodAlive(pod) && canRun && !ledger.isOnLostNode(runner);
        };
        // A Pod and its replacement are one runner, and a replacement is nobody's decision.
        const own = new Set(pods.filter(counts).map(runnerOf));
        const isNew = [...own].some((runner) => !known.has(runner));
        for (const runner of own) known.add(runner);
        const runners = own.size;
        const most = Math.max(...limits.map(({ max }) => max[index] ?? 0));
        return isNew && runners > most ? `${runners} runners, and the maximum is ${most}` : null;
      });
    };
  },
};

export const oneProcessPerRegistration: Invariant = {
  name: 'oneProcessPerRegistration',
  because: 'two Pods on one ephemeral registration: one ends with 2 while the other works, and a live task would be reported dead',
  start({ scenario, ledger }) {
    return (seen) =>
      firstOf(seen.alive.values(), (processes) => {
        const [first] = processes;
        if (processes.length < 2 || first === undefined || scenario.mode === 'Persistent' || ledger.isOnLostNode(first.runner)) return null;
        return `${processes.map(({ pod }) => pod).join(' and ')} run as ${first.runner}`;
      });
  },
};

export const foreignRowsStay: Invariant = {
  name: 'foreignRowsStay',
  because: 'a registration is ours only when our pool’s uid is in its description',
  start() {
    const own = new Set<string>();
    const foreign = new Map<string, string>();
    return (seen) => {
      for (const pool of seen.clusters.flatMap(({ pools }) => pools)) own.add(pool.metadata.uid);
      for (const row of seen.rows) if (!own.has(ownerOf(row) ?? '')) foreign.set(row.uuid, row.name);
      const there = new Set(seen.rows.map(({ uuid }) => uuid));
      return firstOf(foreign, ([uuid, name]) => (there.has(uuid) ? null : `the row ${name} of somebody else is gone`));
    };
  },
};

export const noRegistrationWithoutSlot: Invariant = {
  name: 'noRegistrationWithoutSlot',
  because: 'rows pile up in Forgejo',
  start({ troubles, decisions, scenario }) {
    // With its namespace the token goes, and rows that are not offline by then are left.
    if (scenario.events.some((event) => event.do.kind === 'deleteNamespace')) return () => null;
    const since = new Map<string, number>();
    const own = new Set<string>();
    return (seen) => {
      const live = new Set(seen.clusters.flatMap(({ pools }) => pools.map(({ metadata }) => metadata.uid)));
      for (const uid of live) own.add(uid);
      const stray = seen.rows.filter(
        (row) => own.has(ownerOf(row) ?? '') && !seen.alive.has(row.uuid) && !hasSlot(seen.clusters, row.name),
      );
      const uuids = new Set(stray.map(({ uuid }) => uuid));
      for (const uuid of since.keys()) if (!uuids.has(uuid)) since.delete(uuid);
      return firstOf(stray, (row) => {
        const first = since.get(row.uuid) ?? seen.now;
        since.set(row.uuid, first);
        if (decisions.leftBehind.includes(row.name)) return null;
        if (!live.has(ownerOf(row) ?? '')) return `${row.name} is still registered although its pool is gone`;
        const waited = seen.now - Math.max(first, troubles.lastEnd(seen.now));
        return waited > STRAY_GOES_WITHIN_MS ? `${row.name} has been registered for ${Math.round(waited / 1000)} s without a slot` : null;
      });
    };
  },
};

function hasSlot(clusters: readonly SeenCluster[], runner: string): boolean {
  return clusters.some(
    ({ secrets, workloads, pods }) => secrets.has(runner) || workloads.has(runner) || pods.some((pod) => runnerOf(pod) === runner),
  );
}

export const finalizersEnd: Invariant = {
  name: 'finalizersEnd',
  because: 'a pool that can not be deleted holds its namespace',
  start({ troubles, scenario }) {
    const since = new Map<string, number>();
    const most = drainTimeoutSeconds(scenario.limits) * 1000 + FINALIZED_MARGIN_MS;
    return (seen: Seen) =>
      firstOf(
        seen.clusters.flatMap(({ pools }) => pools),
        ({ metadata }) => {
          if (metadata.deletionTimestamp === undefined || !hasOurFinalizer(metadata)) return null;
          const first = since.get(metadata.uid) ?? seen.now;
          since.set(metadata.uid, first);
          const waited = seen.now - Math.max(first, troubles.lastEnd(seen.now));
          return waited > most ? `${metadata.name} has been going for ${Math.round(waited / 1000)} s` : null;
        },
      );
  },
};

export const RUNNER_INVARIANTS: readonly Invariant[] = [
  neverMoreThanMaximum,
  oneProcessPerRegistration,
  foreignRowsStay,
  noRegistrationWithoutSlot,
  finalizersEnd,
];

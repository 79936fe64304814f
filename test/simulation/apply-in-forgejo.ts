/** What people do in Forgejo. */
import { FORGEJO_URL } from '../../src/dev/virtual-world.ts';
import { at } from './draw.ts';
import { NAMESPACE, ORGANIZATION, POOL } from './names.ts';
import type { Action } from './scenario.ts';
import { ownerOf } from './seen.ts';
import { addForeignRow } from './set-up.ts';
import { later, type Simulation } from './simulation.ts';

type Of<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;

const RENAMED = `${ORGANIZATION}-renamed`;

export function queue({ world, away }: Simulation, { repository, label, durationMs, group, fails }: Of<'queue'>): boolean {
  // A job of another owner's repository would never be this pool's.
  if ((away.repositories.get(repository) ?? 0) > 0) return false;
  const path = away.organization > 0 ? repository.replace(ORGANIZATION, RENAMED) : repository;
  const concurrency = group === null ? {} : { concurrencyGroup: `${label}-${group}` };
  world.forgejo.queueJob({ repository: path, name: `${label}-job`, runsOn: [label], durationMs, fails, ...concurrency });
  return true;
}

export function cancel({ world: { forgejo } }: Simulation, { which }: Of<'cancel'>): boolean {
  const job = at(
    forgejo.jobs().filter(({ status }) => status === 'waiting' || status === 'running'),
    which,
  );
  if (job === undefined) return false;
  forgejo.cancelJob(job.handle);
  return true;
}

export function rerun({ world: { forgejo } }: Simulation, { which }: Of<'rerun'>): boolean {
  const job = at(
    forgejo.jobs().filter(({ status }) => status === 'success' || status === 'failure' || status === 'cancelled'),
    which,
  );
  if (job === undefined) return false;
  forgejo.rerunJob(job.handle);
  return true;
}

/** A registration of somebody else gets the name of one of ours. */
export function twinRow(simulation: Simulation, { which }: Of<'twinRow'>): boolean {
  const own = at(
    simulation.world.forgejo.runners().filter(({ description }) => description.startsWith('forgejo-runner-operator')),
    which,
  );
  if (own === undefined) return false;
  void addForeignRow(simulation, own.name).catch(() => undefined);
  return true;
}

/** A task that it holds can never be reported: Forgejo ends it by its own limit. */
export function deleteRow({ world, token, ledger }: Simulation, { which }: Of<'deleteRow'>): boolean {
  const own = at(
    world.forgejo.runners().filter((row) => ownerOf(row) !== null && row.name.startsWith(`${NAMESPACE}-${POOL}-`)),
    which,
  );
  if (own === undefined) return false;
  ledger.explain(own.name, world.clock.now(), 'its registration was deleted by hand');
  ledger.deletedByHand(own.uuid);
  const url = `${FORGEJO_URL}/api/v1/orgs/${ORGANIZATION}/actions/runners/${own.id}`;
  const request = { method: 'DELETE', url, headers: { authorization: `token ${token}` }, timeoutMs: 60_000 };
  void world.forgejo.handle(request).catch(() => undefined);
  return true;
}

export function actionsUnitOff(simulation: Simulation, { repository, forMs }: Of<'actionsUnitOff'>): boolean {
  const { forgejo } = simulation.world;
  if (isAway(simulation)) return false;
  forgejo.setActionsUnit(repository, false);
  later(simulation, forMs, () => forgejo.setActionsUnit(pathOf(simulation, repository), true));
  return true;
}

export function repositoryAway(simulation: Simulation, { repository, forMs }: Of<'repositoryAway'>): boolean {
  const { away, world } = simulation;
  if (isAway(simulation)) return false;
  away.repositories.set(repository, 1);
  world.forgejo.transferRepository(repository, 'elsewhere');
  later(simulation, forMs, () => {
    world.forgejo.transferRepository(pathOf(simulation, repository), away.organization > 0 ? RENAMED : ORGANIZATION);
    away.repositories.delete(repository);
  });
  return true;
}

export function organizationRenamed(simulation: Simulation, { forMs }: Of<'organizationRenamed'>): boolean {
  const { away, world } = simulation;
  if (away.organization > 0) return false;
  away.organization = 1;
  world.forgejo.renameOrganization(ORGANIZATION, RENAMED);
  simulation.troubles.note({ kind: 'access', from: world.clock.now(), until: world.clock.now() + forMs });
  later(simulation, forMs, () => {
    away.organization = 0;
    world.forgejo.renameOrganization(RENAMED, ORGANIZATION);
  });
  return true;
}

export function actionsOff(simulation: Simulation, { forMs }: Of<'actionsOff'>): boolean {
  const { away, world, troubles } = simulation;
  const now = world.clock.now();
  away.actions += 1;
  world.forgejo.setActionsEnabled(false);
  for (const kind of ['access', 'rpc'] as const) troubles.note({ kind, from: now, until: now + forMs });
  later(simulation, forMs, () => {
    away.actions -= 1;
    if (away.actions === 0) world.forgejo.setActionsEnabled(true);
  });
  return true;
}

function isAway({ away }: Simulation): boolean {
  return away.organization > 0 || away.repositories.size > 0;
}

/** Where a repository is now. */
function pathOf({ away }: Simulation, repository: string): string {
  if ((away.repositories.get(repository) ?? 0) > 0) return repository.replace(ORGANIZATION, 'elsewhere');
  return away.organization > 0 ? repository.replace(ORGANIZATION, RENAMED) : repository;
}

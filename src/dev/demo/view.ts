/** The demo's picture of the world: one table, drawn in place on a terminal, one line a change elsewhere. */
import type { EmbeddedWorld } from './embedded-world.ts';
import { NAMESPACE, POOLS, REPOSITORIES, statusOf } from './pools.ts';

export interface PoolRow {
  readonly pool: string;
  readonly max: number;
  readonly waiting: number;
  readonly starting: number;
  readonly idle: number;
  readonly busy: number;
  readonly draining: number;
  readonly ready: string;
}

export function poolRows({ cluster }: EmbeddedWorld): readonly PoolRow[] {
  return POOLS.flatMap(({ name, max }) => {
    const pool = cluster.get('RunnerPool', NAMESPACE, name);
    if (pool === undefined) return [];
    const status = statusOf(pool);
    const counts = status.counts ?? { starting: 0, idle: 0, busy: 0, draining: 0 };
    const ready = status.conditions?.find((condition) => condition.type === 'Ready');
    return [
      {
        pool: name,
        max,
        waiting: status.queue?.waiting ?? 0,
        starting: counts.starting,
        idle: counts.idle,
        busy: counts.busy,
        draining: counts.draining,
        ready: pool.metadata.deletionTimestamp === undefined ? `${ready?.status ?? '?'} ${ready?.reason ?? ''}` : 'deleting',
      },
    ];
  });
}

export interface QueueRow {
  readonly repository: string;
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
}

export function queueRows({ forgejo }: EmbeddedWorld): readonly QueueRow[] {
  const jobs = forgejo.jobs();
  return REPOSITORIES.map((repository) => {
    const of = (status: string): number => jobs.filter((job) => job.repository === repository && job.status === status).length;
    return { repository, waiting: of('waiting'), running: of('running'), succeeded: of('success'), failed: of('failure') };
  });
}

/** Lines of the live table. */
export function drawTable(world: EmbeddedWorld, title: string): readonly string[] {
  const pools = table(
    ['POOL', 'MAX', 'WAITING', 'STARTING', 'IDLE', 'BUSY', 'DRAINING', 'READY'],
    poolRows(world).map((row) => Object.values<string | number>({ ...row })),
  );
  const queue = table(
    ['REPOSITORY', 'WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED'],
    queueRows(world).map((row) => Object.values<string | number>({ ...row })),
  );
  const pods = world.cluster.list('Pod', NAMESPACE).length;
  const registrations = world.forgejo.runners().length;
  return [title, '', ...pools, '', ...queue, '', `registrations ${registrations}   pods ${pods}`];
}

/** One line for logs. */
export function drawLine(world: EmbeddedWorld, title: string): string {
  const pools = poolRows(world).map(
    (row) =>
      `${row.pool}: waiting ${row.waiting} starting ${row.starting} idle ${row.idle} busy ${row.busy} draining ${row.draining} of ${row.max}`,
  );
  const done = queueRows(world).reduce((sum, row) => sum + row.succeeded + row.failed, 0);
  return [title, ...pools, `jobs done ${done}`].join(' | ');
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

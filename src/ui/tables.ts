/** The long parts of a pool. */
import type { Detail } from './detail.ts';
import { type Html, html } from './html.ts';
import type { SeenCondition, SeenEnd, SeenJob, SeenPool, SeenRunner } from './seen-pool.ts';
import { foldingTable, type Table } from './table.ts';
import { age, moment, name, repository } from './words.ts';

/** Queue, runners, ends and conditions; what moves is open where there is room. */
export function tables(seen: SeenPool, now: number, { rows, open }: Detail): Html {
  return html`${foldingTable(queueTable(seen, now), { rows, open })}
${foldingTable(runnersTable(seen, now), { rows, open: false })}
${foldingTable(endsTable(seen, now), { rows, open })}
${foldingTable(conditionsTable(seen, now), { rows, open: false })}`;
}

function queueTable({ queue: { jobs } }: SeenPool, now: number): Table<SeenJob> {
  return {
    part: 'queue',
    title: jobs === null ? 'Queue: not read' : `Queue: ${jobs.total} ${jobs.total === 1 ? 'job waits' : 'jobs wait'}`,
    columns: ['Job', 'Repository', 'Waits for', 'Labels'],
    rows: jobs ?? { shown: [], total: 0 },
    none: jobs === null ? 'The last sync could not read the queue; the numbers above are older.' : 'No job waits.',
    cells: (job) => [
      html`${name(job.name)}${job.blocked ? html` <span class="badge note">blocked</span>` : null}`,
      html`${repository(job.repositoryId)}`,
      job.since === null ? html`-` : age(job.since, now),
      name(job.runsOn.join(', ')),
    ],
  };
}

function runnersTable({ runners }: SeenPool, now: number): Table<SeenRunner> {
  return {
    part: 'runners',
    title: `Runners: ${runners.total}`,
    columns: ['Runner', 'Phase', 'For', 'Job', 'Why'],
    rows: runners,
    none: 'There is no runner.',
    cells: (runner) => [
      name(runner.name),
      html`${runner.phase}`,
      age(runner.since, now),
      jobOf(runner),
      runner.reason === null ? html`-` : name(runner.reason),
    ],
  };
}

function endsTable({ ends }: SeenPool, now: number): Table<SeenEnd> {
  return {
    part: 'ends',
    title: `Recent ends: ${ends.total}`,
    columns: ['Runner', 'Ended', 'How', 'Job'],
    rows: ends,
    none: 'No runner has ended lately.',
    cells: (end) => [
      name(end.runner),
      html`${age(end.at, now)} ago`,
      html`<strong>${end.reason}</strong>${end.exitCode === null ? null : ` (exit code ${end.exitCode})`} ${name(end.message)}`,
      jobOf(end),
    ],
  };
}

function conditionsTable({ conditions }: SeenPool, now: number): Table<SeenCondition> {
  return {
    part: 'conditions',
    title: `Conditions: ${conditions.length}`,
    columns: ['Condition', 'Status', 'Since', 'Why'],
    rows: { shown: conditions, total: conditions.length },
    none: 'Nothing is known yet.',
    cells: ({ type, status, reason, message, since }) => [
      html`${type}`,
      html`${status}`,
      html`${moment(since)}, ${age(since, now)} ago`,
      html`<strong>${reason}</strong> ${name(message)}`,
    ],
  };
}

function jobOf({ job, repositoryId }: { readonly job: string | null; readonly repositoryId: number | null }): Html {
  if (job === null && repositoryId === null) return html`-`;
  const where = repositoryId === null ? null : html` <span class="quiet">${repository(repositoryId)}</span>`;
  return html`${job === null ? null : name(job)}${where}`;
}

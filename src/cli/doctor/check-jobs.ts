/** Jobs that wait, and which of them no pool is for. */
import { labelName } from '../../api/runner-label.ts';
import { waitingJobs } from '../../pool/demand.ts';
import type { QueuedJob } from '../../pool/forgejo.ts';
import { counted, listed, printable } from '../input/printable.ts';
import type { Coverage } from './coverage.ts';
import type { Facts, ScopeFacts } from './examine.ts';
import { type Finding, ok, warn } from './finding.ts';

export function checkJobs({ target }: Facts, { jobs, coverage }: ScopeFacts): readonly Finding[] {
  if (!jobs.ok) return [];
  const waiting = waitingJobs(jobs.value);
  const running = jobs.value.length - waiting.length;
  const seen = `${counted(waiting.length, 'job')} waiting, ${running} running`;
  const impossible = waiting.filter((job) => job.runsOn.length === 0);
  const uncovered =
    target.pools === null ? [] : waiting.filter((job) => job.runsOn.length > 0 && !coverage.some(({ handles }) => handles.has(job.handle)));
  const findings = [
    ...impossible.map(withoutLabels),
    ...byLabels(uncovered).map((group) => uncoveredJobs(group, target.url, coverage)),
    ...pausedAlone(waiting, coverage),
  ];
  if (findings.length > 0) return findings;
  if (target.pools === null) return [ok('jobs', `${seen}. With --pools those that no pool covers are told.`)];
  return [ok('jobs', `${seen}; every waiting one is covered by a pool.`)];
}

function withoutLabels(job: QueuedJob): Finding {
  return warn(
    'jobs',
    `Job ${describe(job)} has no runs-on.`,
    'Forgejo lists it for ever, and no runner can take it.',
    'Cancel its run, and give the job a runs-on.',
  );
}

/** Covered, and yet nobody's: a paused pool starts nothing. */
function pausedAlone(waiting: readonly QueuedJob[], coverage: readonly Coverage[]): readonly Finding[] {
  const held = waiting.filter(({ handle }) => {
    const covering = coverage.filter(({ handles }) => handles.has(handle));
    return covering.length > 0 && covering.every(({ pool }) => pool.spec.paused);
  });
  if (held.length === 0) return [];
  const pools = coverage.filter(({ pool, handles }) => pool.spec.paused && held.some(({ handle }) => handles.has(handle)));
  return [
    warn(
      'jobs',
      `Only paused pools cover ${counted(held.length, 'job')}: ${listed(held.map(describe), 5)}.`,
      'A paused pool makes no new runner. By default Forgejo cancels what has waited for a day.',
      `Set spec.paused to false: ${listed(pools.map(({ pool }) => pool.name))}.`,
    ),
  ];
}

/** Jobs that ask for the same are one finding. */
function byLabels(jobs: readonly QueuedJob[]): readonly (readonly QueuedJob[])[] {
  const oldestFirst = jobs.toSorted((a, b) => a.id - b.id);
  return [...Map.groupBy(oldestFirst, ({ runsOn }) => JSON.stringify(runsOn)).values()];
}

function uncoveredJobs(group: readonly QueuedJob[], url: string, coverage: readonly Coverage[]): Finding {
  const labels = group[0]?.runsOn ?? [];
  const pools = coverage.map(({ pool }) => pool);
  const unseen = coverage.filter(({ reach }) => reach === 'unseen').map(({ pool }) => pool.name);
  const doubt =
    unseen.length === 0 ? '' : ` The token may not see the queues of ${listed(unseen)}: by their labels they do not take them either.`;
  const elsewhere = pools.some(({ spec }) => spec.forgejo.url.toLowerCase() === url.toLowerCase());
  const server = elsewhere || pools.length === 0 ? '' : ` No pool names ${url}: all were taken to mean this server by another name.`;
  return warn(
    'jobs',
    `No pool covers ${counted(group.length, 'job')} that ask${group.length === 1 ? 's' : ''} for ${listed(labels.map(printable))}: ${listed(group.map(describe), 5)}.`,
    `By default Forgejo cancels what has waited for a day.${doubt}${server}`,
    fixOf(labels, coverage),
  );
}

function fixOf(labels: readonly string[], coverage: readonly Coverage[]): string {
  const names = coverage.flatMap(({ pool }) => pool.spec.labels.map(labelName));
  const withSchema = labels.find((label) => label.includes(':'));
  if (withSchema !== undefined) {
    return `Write the bare name in runs-on: what follows the colon in ${printable(withSchema)} belongs to the runner's label alone.`;
  }
  const other = labels.flatMap((label) => names.find((name) => name !== label && name.toLowerCase() === label.toLowerCase()) ?? []);
  if (other.length > 0) return `Labels are case-sensitive: the pools have ${listed([...new Set(other)])}.`;
  const whole = coverage.find(({ pool }) => labels.every((label) => pool.spec.labels.some((each) => labelName(each) === label)));
  if (whole !== undefined) {
    return `Pool ${whole.pool.name} has these labels, but not this repository: look at its scope and at spec.repositories.`;
  }
  return 'Give a pool all of these labels, or change runs-on.';
}

function describe(job: QueuedJob): string {
  return `${job.id} "${printable(job.name)}" of repository ${job.repositoryId}`;
}

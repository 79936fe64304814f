/** What the demo proved: every check with its outcome, and the figures. */
import type { EmbeddedWorld } from './embedded-world.ts';
import type { Measure } from './measure.ts';
import { EPHEMERAL, MAX_EPHEMERAL, NAMESPACE, PERSISTENT } from './pools.ts';

export interface Summary {
  readonly jobs: { readonly queued: number; readonly succeeded: number; readonly failed: number };
  readonly left: { readonly registrations: number; readonly children: number; readonly pods: number };
  readonly peakRunners: number;
  readonly queueToJobSeconds: { readonly p50: number | null; readonly p99: number | null };
  readonly elapsedSeconds: number;
}

export interface Check {
  readonly what: string;
  readonly held: boolean;
  /** What was seen instead. */
  readonly seen?: readonly string[];
}

export function summarize({ forgejo, cluster }: EmbeddedWorld, measure: Measure, elapsedMs: number): Summary {
  const jobs = forgejo.jobs();
  const count = (status: string): number => jobs.filter((job) => job.status === status).length;
  const children = (['Secret', 'ConfigMap', 'Job', 'Deployment'] as const).flatMap((kind) => cluster.list(kind, NAMESPACE));
  return {
    jobs: { queued: jobs.length, succeeded: count('success'), failed: count('failure') },
    left: {
      registrations: forgejo.runners().length,
      children: children.filter((object) => (object.metadata.ownerReferences ?? []).length > 0).length,
      pods: cluster.list('Pod', NAMESPACE).length,
    },
    peakRunners: measure.peak(EPHEMERAL) + measure.peak(PERSISTENT),
    queueToJobSeconds: measure.queueToJobSeconds(),
    elapsedSeconds: Math.round(elapsedMs / 100) / 10,
  };
}

export function checksOf(
  { cluster }: EmbeddedWorld,
  measure: Measure,
  summary: Summary,
  ended: { readonly jobsRan: boolean; readonly poolsGone: boolean },
): readonly Check[] {
  const { jobs, left } = summary;
  const broken = [
    ...cluster.violations.map(({ rule, parent, message }) => `${parent} ${rule}: ${message}`),
    ...cluster.events.map(({ message }) => message),
  ];
  return [
    { what: `all ${jobs.queued} jobs succeeded`, held: jobs.succeeded === jobs.queued },
    {
      what: `the ephemeral pool went 0 -> ${MAX_EPHEMERAL} -> 0 and never above`,
      held: ended.jobsRan && measure.peak(EPHEMERAL) === MAX_EPHEMERAL,
    },
    { what: 'the persistent pool grew and shrank', held: ended.jobsRan && measure.peak(PERSISTENT) > 1 },
    { what: 'the pools could be deleted', held: ended.poolsGone },
    { what: 'no registration, child or Pod is left', held: left.registrations + left.children + left.pods === 0 },
    { what: 'every answer kept the rules of Metacontroller', held: broken.length === 0, seen: broken },
  ];
}

export function drawSummary(summary: Summary, checks: readonly Check[]): readonly string[] {
  const { p50, p99 } = summary.queueToJobSeconds;
  return [
    '',
    ...checks.flatMap(({ what, held, seen = [] }) => [
      `${held ? 'ok    ' : 'FAILED'}  ${what}`,
      ...(held ? [] : seen.map((line) => `          ${line}`)),
    ]),
    '',
    `${summary.jobs.succeeded} jobs by at most ${summary.peakRunners} runners at once in ${summary.elapsedSeconds} s;`,
    `a job waited ${p50 ?? '?'} s (p50), ${p99 ?? '?'} s (p99) for its runner, room within maxRunners included.`,
  ];
}

/**
 * The status of a RunnerPool. It carries no defaults, since a field that the API server fills in or drops would be written
 * again on every sync; and no bounds, since a status that the server refuses would be retried for ever. What is not known is
 * left out, never null. `observedGeneration` is set by Metacontroller and must be in the schema.
 */
import { FormatRegistry, type Static, Type } from '@sinclair/typebox';
import type { ConditionReason, ConditionType } from './conditions.ts';
import type { DeepReadonly } from './readonly.ts';
import { RFC_3339 } from './rfc3339.ts';

// TypeBox refuses every value of a format that it does not know.
const time3339 = new RegExp(RFC_3339);
FormatRegistry.Set('date-time', (value) => time3339.test(value));

function time(description: string) {
  return Type.String({ format: 'date-time', description });
}

function text(description: string) {
  return Type.String({ description });
}

function integer(description: string) {
  return Type.Integer({ description });
}

const ConditionSchema = Type.Object({
  type: Type.Unsafe<ConditionType>(text('Type of the condition: what is said, for example `Ready`.')),
  status: Type.Union([Type.Literal('True'), Type.Literal('False'), Type.Literal('Unknown')], {
    description: 'Status of the condition: whether what its type says holds.',
  }),
  reason: Type.Unsafe<ConditionReason>(text('Reason for that status, in one word.')),
  message: text('Message for people: what is, then what to do.'),
  lastTransitionTime: time('Time at which the status of this condition last changed.'),
});

const RunnerSchema = Type.Object({
  name: text('Name of the registration, the Secret and the workload.'),
  phase: text('Phase of its life that the runner is in, for example `starting`, `idle`, `busy`.'),
  since: time('Time at which a sync first saw that phase.'),
  outdatedSince: Type.Optional(time('Time at which the runner was first seen to be made from an older spec.')),
  handle: Type.Optional(text('Handle of the Forgejo job that the runner was made for; none for one that takes any job.')),
  job: Type.Optional(text('Name of the Forgejo job that the runner holds.')),
  repositoryId: Type.Optional(integer('Id, in Forgejo, of the repository of that job.')),
  reason: Type.Optional(text('Reason for that phase, in one word.')),
  sinceTask: Type.Optional(integer('Id of the highest task seen when the runner was made: tasks up to that are not its own.')),
  lastTask: Type.Optional(
    integer(
      'Id of the highest task seen when the runner had ended, or when one that waits to start was first asked: later tasks are not its own.',
    ),
  ),
  task: Type.Optional(integer('Id of the task that the runner is known to hold.')),
  asked: Type.Array(integer('Id of a task.'), { description: 'Ids of tasks that the runner is known not to hold.' }),
  askedAt: Type.Optional(time('Time at which Forgejo was last asked about a task of the runner.')),
  lostTasks: Type.Optional(
    Type.Array(integer('Id of a task.'), { description: 'Ids of earlier tasks that the runner holds besides, and can not be working on.' }),
  ),
  lostSince: Type.Optional(time('Time since which it has been known to hold those.')),
  worked: Type.Boolean({ description: 'Whether the runner was ever seen at work.' }),
  cause: Type.Optional(
    Type.Object(
      {
        reason: text('Reason for its end, in one word.'),
        message: text('Message for people: how it ended.'),
        exitCode: Type.Optional(integer('Exit code of its container.')),
      },
      { description: 'Cause of its end, while its registration still stands.' },
    ),
  ),
});

const BackoffSchema = Type.Object({
  key: text('Key of what is held back: the handle of a job, `warm`, `pool`, or `register`.'),
  attempts: integer('Number of the highest attempt so far: names of runners are never used again.'),
  failures: Type.Optional(integer('Number of failures in a row; a drain is none.')),
  until: time('Time before which nothing is tried.'),
  heldBack: Type.Boolean({
    description: 'Whether the job could not be had: it is tried again as soon as the running jobs of its repository change.',
  }),
  lastRunner: text('Name of the runner that was counted last.'),
});

const RecentRunnerSchema = Type.Object({
  name: text('Name of the runner.'),
  job: Type.Optional(text('Name of the Forgejo job that the runner held.')),
  handle: Type.Optional(text('Handle of that job.')),
  reason: text('Reason for its end, in one word.'),
  message: text('Message for people: how it ended.'),
  exitCode: Type.Optional(integer('Exit code of its container.')),
  repositoryId: Type.Optional(integer('Id, in Forgejo, of the repository of that job.')),
  at: time('Time at which the runner ended.'),
  attempt: integer('Number of the attempt for that handle.'),
});

export const RunnerPoolStatusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(integer('Generation of the spec that this status was written for; set by Metacontroller.')),
    conditions: Type.Optional(
      Type.Array(ConditionSchema, {
        description:
          'Conditions of the pool, one of each type: `kubectl describe runnerpool` shows them, and the reference page lists their types and reasons.',
      }),
    ),
    scope: Type.Optional(text('Scope in one word: `instance`, `user`, `organization:NAME` or `repository:OWNER/NAME`.')),
    server: Type.Optional(
      Type.Object(
        {
          version: text('Version of Forgejo, as the server says it.'),
          ephemeral: Type.Boolean({ description: 'Whether that version has registrations for one job, which mode `Ephemeral` needs.' }),
        },
        { description: 'Server of `spec.forgejo.url`, as it answered last; it is asked once an hour.' },
      ),
    ),
    queue: Type.Optional(
      Type.Object(
        {
          waiting: integer(
            'Number of waiting jobs of the repositories that this pool serves, as far as its labels cover them; blocked ones are not among them.',
          ),
          running: integer('Number of running jobs of these repositories and labels, whoever runs them.'),
          blocked: Type.Optional(
            integer(
              'Number of waiting jobs that nobody can have now, most of them for a concurrency group: a runner tried in vain, or an idle one does not take them.',
            ),
          ),
          oldestWaitingSince: Type.Optional(
            time('Time at which the job that waits longest was first seen; one that is blocked does not count while it is.'),
          ),
        },
        { description: 'Queue of the scope, as far as this pool serves it.' },
      ),
    ),
    counts: Type.Optional(
      Type.Object(
        {
          desired: integer('Number of runners that the pool wants now.'),
          starting: integer('Number of runners on their way to their first report.'),
          idle: integer('Number of runners that wait for a job.'),
          busy: integer('Number of runners that hold a job, or may.'),
          draining: integer('Number of runners that are about to end.'),
        },
        { description: 'Numbers of the runners that count for `maxRunners`, by what they do.' },
      ),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          minRunners: integer('Number of runners that are kept idle, or exist at least, now.'),
          maxRunners: integer('Number of runners that may exist now.'),
          schedules: Type.Array(text('Name of a window.'), { description: 'Names of the windows of `spec.schedules` that are open.' }),
        },
        { description: 'Limits of this moment: those of the spec, or of its windows that are open.' },
      ),
    ),
    runners: Type.Optional(Type.Array(RunnerSchema, { description: 'Runners of the pool, one by one.' })),
    backoff: Type.Optional(Type.Array(BackoffSchema, { description: 'List of what is not tried for a while.' })),
    recentRunners: Type.Optional(Type.Array(RecentRunnerSchema, { description: 'Runners that ended, the last 10.' })),
    lastWarmAttempt: Type.Optional(integer('Number of the last warm or persistent runner ever made: names are never used again.')),
    replicas: Type.Optional(integer('Number of runners that count for `maxRunners`; what `kubectl scale` compares with.')),
    selector: Type.Optional(text('Label selector of the runner Pods, for the scale subresource.')),
    versions: Type.Optional(
      Type.Array(text('Version.'), { description: 'Versions of forgejo-runner that the runners of this pool report.' }),
    ),
  },
  { description: 'Status: what the operator last saw and remembers. Written by the operator alone.' },
);

/** `status` as it stands on the wire. Times are RFC 3339. Everything may be missing: a new pool has no status. */
export type RunnerPoolStatus = DeepReadonly<Static<typeof RunnerPoolStatusSchema>>;

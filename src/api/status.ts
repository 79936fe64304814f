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
  type: Type.Unsafe<ConditionType>(text('What is said, for example `Ready`.')),
  status: Type.Union([Type.Literal('True'), Type.Literal('False'), Type.Literal('Unknown')], { description: 'Whether it holds.' }),
  reason: Type.Unsafe<ConditionReason>(text('Why, in one word.')),
  message: text('Why, in a sentence.'),
  lastTransitionTime: time('When the status of this condition last changed.'),
});

const RunnerSchema = Type.Object({
  name: text('Name of the registration, the Secret and the workload.'),
  phase: text('Where the runner is in its life, for example `idle`.'),
  since: time('When a sync first saw that phase.'),
  outdatedSince: Type.Optional(time('When the runner was first seen to be made from an older spec.')),
  handle: Type.Optional(text('Handle of the Forgejo job that it was made for.')),
  job: Type.Optional(text('Name of the Forgejo job that it runs.')),
  repositoryId: Type.Optional(integer('Forgejo id of the repository of that job.')),
  reason: Type.Optional(text('Why it is in that phase.')),
  sinceTask: Type.Optional(integer('Highest task id seen when it was made: tasks up to that are not its own.')),
  lastTask: Type.Optional(
    integer('Highest task id seen when it had ended, or when one that waits to start was first asked: later tasks are not its own.'),
  ),
  task: Type.Optional(integer('Task that it is known to hold.')),
  asked: Type.Array(integer('Task id.'), { description: 'Tasks that it is known not to hold.' }),
  askedAt: Type.Optional(time('When Forgejo was last asked about a task of it.')),
  lostTasks: Type.Optional(
    Type.Array(integer('Task id.'), { description: 'Earlier tasks that it holds besides, and can not be working on.' }),
  ),
  lostSince: Type.Optional(time('Since when it has been known to hold those.')),
  worked: Type.Boolean({ description: 'Whether the runner was ever seen at work.' }),
  cause: Type.Optional(
    Type.Object(
      { reason: text('In one word.'), message: text('In a few words.'), exitCode: Type.Optional(integer('Of its container.')) },
      { description: 'Why it ended, while its registration still stands.' },
    ),
  ),
});

const BackoffSchema = Type.Object({
  key: text('A job handle, `warm`, `pool`, or `register`.'),
  attempts: integer('The highest attempt so far: names of runners are never used again.'),
  failures: Type.Optional(integer('Failures in a row; a drain is none.')),
  until: time('Nothing is tried before.'),
  heldBack: Type.Boolean({ description: 'The job could not be had: tried again as soon as the running jobs of its repository change.' }),
  lastRunner: text('The runner that was counted last.'),
});

const RecentRunnerSchema = Type.Object({
  name: text('Name of the runner.'),
  job: Type.Optional(text('Name of the Forgejo job that it ran.')),
  handle: Type.Optional(text('Handle of that job.')),
  reason: text('How it ended, in one word.'),
  message: text('How it ended, in a sentence.'),
  exitCode: Type.Optional(integer('Exit code of its container.')),
  repositoryId: Type.Optional(integer('Forgejo id of the repository of that job.')),
  at: time('When it ended.'),
  attempt: integer('Which attempt for that handle it was.'),
});

export const RunnerPoolStatusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(integer('Generation of the spec that this status was written for; set by Metacontroller.')),
    conditions: Type.Optional(Type.Array(ConditionSchema, { description: 'What can be said of the pool; the types are listed below.' })),
    queue: Type.Optional(
      Type.Object(
        {
          waiting: integer(
            'Waiting jobs of the repositories that this pool serves, as far as its labels cover them; blocked ones are not among them.',
          ),
          running: integer('Running jobs of these repositories and labels.'),
          blocked: Type.Optional(
            integer(
              'Waiting jobs that nobody can have now, most of them for a concurrency group: a runner tried in vain, or an idle one does not take them.',
            ),
          ),
          oldestWaitingSince: Type.Optional(
            time('When the job that waits longest was first seen; one that is blocked does not count while it is.'),
          ),
        },
        { description: 'The queue of the scope, as far as this pool serves it.' },
      ),
    ),
    counts: Type.Optional(
      Type.Object(
        {
          desired: integer('Runners that the pool wants now.'),
          starting: integer('Runners on their way to their first report.'),
          idle: integer('Runners that wait for a job.'),
          busy: integer('Runners that hold a job, or may.'),
          draining: integer('Runners that are about to end.'),
        },
        { description: 'The runners that count for `maxRunners`, by what they do.' },
      ),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          minRunners: integer('`minRunners` that holds now.'),
          maxRunners: integer('`maxRunners` that holds now.'),
          schedules: Type.Array(text('Name of a window.'), { description: 'Windows of `spec.schedules` that are open.' }),
        },
        { description: 'The limits of this moment: those of the spec, or of its windows that are open.' },
      ),
    ),
    runners: Type.Optional(Type.Array(RunnerSchema, { description: 'The runners, one by one.' })),
    backoff: Type.Optional(Type.Array(BackoffSchema, { description: 'What is not tried for a while.' })),
    recentRunners: Type.Optional(Type.Array(RecentRunnerSchema, { description: 'The last 10 runners that ended.' })),
    lastWarmAttempt: Type.Optional(integer('Highest number ever given to a warm or persistent runner: names are never used again.')),
    replicas: Type.Optional(integer('Runners that count for `maxRunners`; read by the scale subresource.')),
    selector: Type.Optional(text('Label selector of the Pods; read by the scale subresource.')),
    versions: Type.Optional(Type.Array(Type.String(), { description: 'Versions that the runners of this pool report.' })),
  },
  { description: 'What the operator last saw and remembers.' },
);

/** `status` as it stands on the wire. Times are RFC 3339. Everything may be missing: a new pool has no status. */
export type RunnerPoolStatus = DeepReadonly<Static<typeof RunnerPoolStatusSchema>>;

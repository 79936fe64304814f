/** The part of a RunnerPool's spec that says whose jobs are served, in what order, and with how many runners at what time. */
import { Type } from '@sinclair/typebox';

/** IANA name, as `TZ` takes it: `UTC`, `Europe/Berlin`, `America/Argentina/Ushuaia`. */
const TIME_ZONE = '^[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$';
/** Five fields of cron, or a name such as `@daily`; whether it is one is checked by the parser. */
const CRON = '^(@[a-z]{1,10}|[0-9A-Za-z*,/#?LW-]{1,64}( +[0-9A-Za-z*,/#?LW-]{1,64}){4})$';
/** Hours and minutes, as Go writes durations: `10h`, `90m`, `8h30m`. */
export const DURATION_PATTERN = '^([1-9][0-9]{0,3}h)?([1-9][0-9]{0,4}m)?$';
const MAX_NAMED_REPOSITORIES = 100;

function runners(description: string) {
  return Type.Integer({ minimum: 0, maximum: 1000, description });
}

const ScheduleSchema = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
      allowed: 'lower-case letters, digits and "-" between them',
      description: 'Name of the window, unique in the pool; `status.limits.schedules` shows it while the window is open.',
    }),
    timeZone: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: TIME_ZONE,
      allowed: 'an IANA time zone such as Europe/Berlin',
      default: 'UTC',
      description: 'Time zone in which `start` is read, as an IANA name, for example `Europe/Berlin`.',
    }),
    start: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: CRON,
      allowed: 'five fields of cron such as 0 8 * * MON-FRI',
      description:
        'Time at which the window opens: five fields of cron (minute, hour, day of month, month, day of week), for example `0 8 * * MON-FRI`.',
    }),
    duration: Type.String({
      minLength: 2,
      maxLength: 12,
      pattern: DURATION_PATTERN,
      allowed: 'hours and minutes such as 10h, 90m or 8h30m',
      description: 'Time for which the window stays open, in elapsed hours and minutes: `10h`, `90m`, `8h30m`.',
    }),
    minRunners: Type.Optional(
      runners('Number that `minRunners` is while the window is open; above the maximum of that time it is cut to it.'),
    ),
    maxRunners: Type.Optional(runners('Number that `maxRunners` is while the window is open.')),
  },
  { additionalProperties: false, description: 'Window of time with limits of its own.' },
);

export const CAPACITY_FIELDS = {
  schedules: Type.Array(ScheduleSchema, {
    maxItems: 16,
    default: [],
    description: 'Windows of time with other limits. While several are open, each limit is that of the last one in the list that sets it.',
  }),
  fairness: Type.Object(
    {
      order: Type.Union([Type.Literal('OldestFirst'), Type.Literal('RoundRobin')], {
        default: 'OldestFirst',
        description:
          'Order in which jobs get their runners. `OldestFirst`: in the order of their creation. `RoundRobin`: the next runner goes to the repository that has the fewest. In both, a job that runners tried in vain comes after those that none has tried.',
      }),
      maxRunnersPerRepository: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Number of runners that may serve one repository at a time; no bound when it is left out.',
        }),
      ),
      maxRunnersPerOwner: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1000,
          description:
            'Number of runners that may serve the repositories of one owner, a user or an organization, at a time; no bound when it is left out.',
        }),
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description:
        'Rules by which runners are shared out between repositories and owners. Runners that take any job (`minRunners`, mode `Persistent`) serve whom Forgejo gives them, and count once their job is known.',
    },
  ),
  repositories: Type.Optional(
    Type.Object(
      {
        allow: Type.Optional(
          repositoryList('List of the repositories that are served, and no others. A name that can not be looked up is not served.'),
        ),
        deny: Type.Optional(
          repositoryList(
            'List of repositories that are not served, even when `allow` names them. While a name can not be looked up there are no new runners at all. New repositories are not denied: a pool that must trust whom it serves sets `allow`.',
          ),
        ),
      },
      {
        additionalProperties: false,
        description:
          'Choice of the repositories that are served; all of the scope when it is left out. Kubernetes drops what has no value: `allow:` beside a `deny`, or `repositories:` alone, then limits nothing. To serve nobody write `allow: []`. Not with `minRunners`, `schedules[].minRunners` or mode `Persistent`, whose runners take any job of the scope. A name is looked up with the token, which then needs `read:repository`; each process does so for itself, and anew for a new token. An id needs nothing, and never means another repository: where it matters who is served, write ids.',
      },
    ),
  ),
  claimDelaySeconds: Type.Integer({
    minimum: 0,
    maximum: 86_400,
    default: 0,
    description:
      'Time that a job must have waited before this pool takes it, in seconds, so that another pool of the scope comes first; a job that a runner of another pool is made for is never taken. Not with runners that take any job (`minRunners`, mode `Persistent`).',
  }),
  updateStrategy: Type.Object(
    {
      maxUnavailable: Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 1,
        description: 'Number of idle runners of an older spec that may be away at a time while they are replaced.',
      }),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'Way in which runners of an older spec are replaced; busy ones first end their job.',
    },
  ),
  reportDeadRunners: Type.Boolean({
    default: true,
    description:
      'Whether a job whose runner died is reported to Forgejo as failed, with the cause, as soon as that is certain. Without it the job fails at the time-out of Forgejo (10 to 15 minutes by default).',
  }),
};

function repositoryList(description: string) {
  return Type.Array(
    Type.String({
      minLength: 1,
      maxLength: 201,
      description: 'Repository as `OWNER/NAME`, or its id in Forgejo, in quotes.',
    }),
    { maxItems: MAX_NAMED_REPOSITORIES, description },
  );
}

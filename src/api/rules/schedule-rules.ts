/** The rules of `spec.schedules`: what makes a list of windows one that can be followed. */
import { isTimeZone, parseCron } from '../cron.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import type { StateRule } from './rule.ts';

type Scheduled = Pick<RunnerPoolSpec, 'schedules'>;
type Schedule = RunnerPoolSpec['schedules'][number];

/** A leap year: a window that is open for longer is always open. */
const MAX_DURATION_HOURS = 8784;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** `8h30m` in milliseconds; the schema has said that it is such a text. */
export function durationMs(duration: string): number {
  const [, hours = '0', minutes = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?$/.exec(duration) ?? [];
  return Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
}

function schedulesThat(spec: Scheduled, field: keyof Schedule | null, breaks: (schedule: Schedule, index: number) => boolean) {
  const path = field === null ? '' : `.${field}`;
  return spec.schedules.flatMap((schedule, index) => (breaks(schedule, index) ? [`spec.schedules[${index}]${path}`] : []));
}

export const SCHEDULE_RULES: readonly StateRule<Scheduled>[] = [
  {
    kind: 'state',
    at: 'spec.schedules',
    message: 'must not name a window twice',
    cel: 'self.all(window, self.exists_one(other, other.name == window.name))',
    broken: (spec) =>
      schedulesThat(spec, 'name', ({ name }, index) => spec.schedules.slice(0, index).some((earlier) => earlier.name === name)),
  },
  {
    kind: 'state',
    at: 'spec.schedules',
    message: 'every window must set minRunners or maxRunners',
    cel: 'self.all(window, has(window.minRunners) || has(window.maxRunners))',
    broken: (spec) => schedulesThat(spec, null, ({ minRunners, maxRunners }) => minRunners === undefined && maxRunners === undefined),
  },
  {
    kind: 'state',
    at: 'spec.schedules',
    message: 'minRunners of a window must not be greater than its maxRunners',
    cel: 'self.all(window, !has(window.minRunners) || !has(window.maxRunners) || window.minRunners <= window.maxRunners)',
    broken: (spec) =>
      schedulesThat(
        spec,
        null,
        ({ minRunners, maxRunners }) => minRunners !== undefined && maxRunners !== undefined && minRunners > maxRunners,
      ),
  },
  {
    kind: 'state',
    at: 'spec.schedules',
    message: `the duration of a window must be at most ${MAX_DURATION_HOURS}h`,
    cel: `self.all(window, duration(window.duration) <= duration('${MAX_DURATION_HOURS}h'))`,
    broken: (spec) => schedulesThat(spec, 'duration', ({ duration }) => durationMs(duration) > MAX_DURATION_HOURS * HOUR_MS),
  },
  {
    kind: 'state',
    at: 'spec.schedules',
    message: 'timeZone must be a name of the IANA time zone database, such as UTC or Europe/Berlin',
    cel: null,
    broken: (spec) => schedulesThat(spec, 'timeZone', ({ timeZone }) => !isTimeZone(timeZone)),
  },
  {
    kind: 'state',
    at: 'spec.schedules',
    message:
      'start must be five fields of cron (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly or @yearly, and come at some time',
    cel: null,
    broken: (spec) => schedulesThat(spec, 'start', ({ start, timeZone }) => isTimeZone(timeZone) && parseCron(start, timeZone) === null),
  },
];

/**
 * What `kubectl get runnerpools` shows: a line that reads as the story of a pool. A column with `priority: 1` is shown by
 * `-o wide` only. A path can't choose between fields, so what takes a choice (the scope, the limits of the hour) is read from
 * the status; a date is shown as the time that has passed since.
 */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  /** In words, for the API's own table. */
  readonly description: string;
  readonly jsonPath: string;
  readonly priority?: 1;
}

export const PRINTER_COLUMNS: readonly PrinterColumn[] = [
  { name: 'Mode', type: 'string', jsonPath: '.spec.mode', description: 'Ephemeral or Persistent.' },
  { name: 'Scope', type: 'string', jsonPath: '.status.scope', description: 'Whose jobs are served.' },
  { name: 'Waiting', type: 'integer', jsonPath: '.status.queue.waiting', description: 'Jobs that wait.' },
  { name: 'Oldest', type: 'date', jsonPath: '.status.queue.oldestWaitingSince', description: 'How long the first of them has waited.' },
  { name: 'Blocked', type: 'integer', jsonPath: '.status.queue.blocked', description: 'Jobs that nobody can have now.', priority: 1 },
  { name: 'Starting', type: 'integer', jsonPath: '.status.counts.starting', description: 'Runners on their way.', priority: 1 },
  { name: 'Idle', type: 'integer', jsonPath: '.status.counts.idle', description: 'Runners that wait for a job.' },
  { name: 'Busy', type: 'integer', jsonPath: '.status.counts.busy', description: 'Runners that hold a job.' },
  { name: 'Draining', type: 'integer', jsonPath: '.status.counts.draining', description: 'Runners about to end.', priority: 1 },
  { name: 'Min', type: 'integer', jsonPath: '.status.limits.minRunners', description: 'minRunners now, schedules applied.', priority: 1 },
  { name: 'Max', type: 'integer', jsonPath: '.status.limits.maxRunners', description: 'maxRunners now, schedules applied.' },
  { name: 'Ready', type: 'string', jsonPath: readyPath('status'), description: 'Whether the pool works.' },
  { name: 'Reason', type: 'string', jsonPath: readyPath('reason'), description: 'Why it does or does not.', priority: 1 },
  { name: 'Server', type: 'string', jsonPath: '.spec.forgejo.url', description: 'Base URL of the Forgejo.', priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'How long the pool has existed.' },
];

function readyPath(field: 'status' | 'reason'): string {
  return `.status.conditions[?(@.type=="Ready")].${field}`;
}

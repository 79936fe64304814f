/** What can't be promised together: a runner that takes any job of the scope can't choose whose job it takes. */
import { parseRepository, REPOSITORY_ID_PATTERN, REPOSITORY_PATTERN } from '../repository-name.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { celMatches, type StateRule } from './rule.ts';

type Capacity = Pick<RunnerPoolSpec, 'forgejo' | 'mode' | 'minRunners' | 'schedules' | 'repositories' | 'claimDelaySeconds'>;

const ANY_JOB = 'its runners take any job of the scope';
/** A CEL expression on the spec. */
export const NO_WARM =
  '(self.minRunners == 0 && (!has(self.schedules) || self.schedules.all(window, !has(window.minRunners) || window.minRunners == 0)))';

/** Whether there may be runners that no job was waiting for. */
export function keepsWarm({ minRunners, schedules }: Pick<RunnerPoolSpec, 'minRunners' | 'schedules'>): boolean {
  return minRunners > 0 || schedules.some((window) => (window.minRunners ?? 0) > 0);
}

/** `celNotChosen`: a CEL expression that holds where the field says nothing. */
function choiceRules(
  field: 'repositories' | 'claimDelaySeconds',
  chosen: (spec: Capacity) => boolean,
  celNotChosen: string,
): readonly StateRule<Capacity>[] {
  const broken = (holds: boolean): readonly string[] => (holds ? [`spec.${field}`] : []);
  return [
    {
      kind: 'state',
      at: 'spec',
      message: `${field} must not be set in a pool of mode Persistent: ${ANY_JOB}`,
      cel: `${celNotChosen} || self.mode != 'Persistent'`,
      broken: (spec) => broken(chosen(spec) && spec.mode === 'Persistent'),
    },
    {
      kind: 'state',
      at: 'spec',
      message: `${field} must not be set in a pool with minRunners above 0, also of a schedule: ${ANY_JOB}`,
      cel: `${celNotChosen} || ${NO_WARM}`,
      broken: (spec) => broken(chosen(spec) && keepsWarm(spec)),
    },
  ];
}

function listRule(list: 'allow' | 'deny'): StateRule<Capacity> {
  return {
    kind: 'state',
    at: `spec.repositories.${list}`,
    message: 'must hold only OWNER/NAME, and ids from 1 to 9007199254740991',
    cel: `self.all(entry, ${celMatches('entry', REPOSITORY_PATTERN)} || (${celMatches('entry', REPOSITORY_ID_PATTERN)} && int(entry) <= 9007199254740991))`,
    broken: ({ repositories }) =>
      (repositories?.[list] ?? []).flatMap((entry, index) =>
        parseRepository(entry) === null ? [`spec.repositories.${list}[${index}]`] : [],
      ),
  };
}

export const CAPACITY_RULES: readonly StateRule<Capacity>[] = [
  {
    kind: 'state',
    at: 'spec.repositories',
    message: 'must set allow or deny',
    cel: 'has(self.allow) || has(self.deny)',
    broken: ({ repositories }) =>
      repositories !== undefined && repositories.allow === undefined && repositories.deny === undefined ? ['spec.repositories'] : [],
  },
  listRule('allow'),
  listRule('deny'),
  {
    kind: 'state',
    at: 'spec',
    message: 'repositories must not be set with forgejo.scope.repository: that pool serves one repository',
    cel: '!has(self.repositories) || !has(self.forgejo.scope.repository)',
    broken: ({ repositories, forgejo }) =>
      repositories !== undefined && forgejo.scope.repository !== undefined ? ['spec.repositories'] : [],
  },
  ...choiceRules('repositories', (spec) => spec.repositories !== undefined, '!has(self.repositories)'),
  ...choiceRules('claimDelaySeconds', (spec) => spec.claimDelaySeconds > 0, 'self.claimDelaySeconds == 0'),
];

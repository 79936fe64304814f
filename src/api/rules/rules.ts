/** The rules of a RunnerPool's spec, as one table; those of `spec.template` stand in `template-rules.ts`. */

import { OWNER_PATTERN, REPOSITORY_PATTERN } from '../repository-name.ts';
import { LABEL_PATTERN, labelName, parseLabel } from '../runner-label.ts';
import { PORT } from '../spec/fields.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { CAPACITY_RULES } from './capacity-rules.ts';
import { CONTAINER_MODE_RULES } from './container-mode-rules.ts';
import { IDENTITY_RULES } from './identity-rules.ts';
import { NETWORK_RULES } from './network-rules.ts';
import { PLACEMENT_RULES } from './placement-rules.ts';
import { celMatches, type Rule } from './rule.ts';
import { RUNNER_CONFIG_RULES } from './runner-config-rules.ts';
import { RUNNER_ENV_RULES } from './runner-env-rules.ts';
import { SCHEDULE_RULES } from './schedule-rules.ts';
import { TEMPLATE_RULES } from './template-rules.ts';
import { VERSION_RULES } from './version-rules.ts';

type WithForgejo = Pick<RunnerPoolSpec, 'forgejo'>;

const URL_PATTERN = `^https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:${PORT})?(/[A-Za-z0-9._~%+-]+)*/*$`;
const ORGANIZATION_PATTERN = `^${OWNER_PATTERN}$`;

const url = new RegExp(URL_PATTERN);
const organization = new RegExp(ORGANIZATION_PATTERN);
const repository = new RegExp(REPOSITORY_PATTERN);

function unless(holds: boolean, field: string): readonly string[] {
  return holds ? [] : [field];
}

function labelsThat(spec: RunnerPoolSpec, breaks: (label: string, index: number) => boolean): readonly string[] {
  return spec.labels.flatMap((label, index) => (breaks(label, index) ? [`spec.labels[${index}]`] : []));
}

/** What `spec.forgejo` must keep: all that deleting a pool needs of its spec. */
export const FORGEJO_RULES: readonly Rule<WithForgejo>[] = [
  {
    kind: 'state',
    at: 'spec.forgejo.url',
    message: 'must be an http or https URL without user, query and fragment',
    cel: `isURL(self) && ${celMatches('self', URL_PATTERN)}`,
    broken: ({ forgejo }) => unless(url.test(forgejo.url) && URL.canParse(forgejo.url), 'spec.forgejo.url'),
  },
  {
    kind: 'transition',
    at: 'spec.forgejo.url',
    message: 'is immutable: another server is another pool',
    cel: 'self == oldSelf',
  },
  {
    kind: 'state',
    at: 'spec.forgejo.scope',
    message: 'must set exactly one of instance, organization, user and repository',
    cel: '[has(self.instance), has(self.organization), has(self.user), has(self.repository)].filter(set, set).size() == 1',
    broken: ({ forgejo }) => unless(Object.values(forgejo.scope).filter((value) => value !== undefined).length === 1, 'spec.forgejo.scope'),
  },
  {
    kind: 'transition',
    at: 'spec.forgejo.scope',
    message: 'is immutable: another scope is another pool',
    cel: 'self == oldSelf',
  },
  {
    kind: 'state',
    at: 'spec.forgejo.scope.organization',
    message: 'must be the name of an organization: letters, digits, "-", "_" and "."',
    cel: celMatches('self', ORGANIZATION_PATTERN),
    broken: ({ forgejo: { scope } }) =>
      unless(scope.organization === undefined || organization.test(scope.organization), 'spec.forgejo.scope.organization'),
  },
  {
    kind: 'state',
    at: 'spec.forgejo.scope.repository',
    message: 'must be OWNER/NAME',
    cel: celMatches('self', REPOSITORY_PATTERN),
    broken: ({ forgejo: { scope } }) =>
      unless(scope.repository === undefined || repository.test(scope.repository), 'spec.forgejo.scope.repository'),
  },
  {
    kind: 'state',
    at: 'spec.forgejo',
    message: 'must set exactly one of tokenSecretRef and tokenFrom',
    cel: 'has(self.tokenSecretRef) != has(self.tokenFrom)',
    broken: ({ forgejo }) => unless((forgejo.tokenSecretRef === undefined) !== (forgejo.tokenFrom === undefined), 'spec.forgejo'),
  },
  {
    kind: 'state',
    at: 'spec.forgejo',
    message: 'must set at most one of caSecretRef and caConfigMapRef',
    cel: '!(has(self.caSecretRef) && has(self.caConfigMapRef))',
    broken: ({ forgejo }) =>
      unless(forgejo.caSecretRef === undefined || forgejo.caConfigMapRef === undefined, 'spec.forgejo.caConfigMapRef'),
  },
];

/** Every rule of the spec. */
export const RULES: readonly Rule<RunnerPoolSpec>[] = [
  ...FORGEJO_RULES,
  {
    kind: 'transition',
    at: 'spec.mode',
    message: 'is immutable: another mode is another pool',
    cel: 'self == oldSelf',
  },
  {
    kind: 'state',
    at: 'spec.labels',
    message:
      'must hold only NAME, NAME:host, NAME:docker and NAME:docker://IMAGE, without spaces and commas; an image is written NAME:docker://IMAGE:TAG',
    cel: `self.all(label, ${celMatches('label', LABEL_PATTERN)})`,
    broken: (spec) => labelsThat(spec, (label) => parseLabel(label) === null),
  },
  {
    kind: 'state',
    at: 'spec.labels',
    message: 'must not name a label twice',
    cel: "self.all(label, self.exists_one(other, other.split(':')[0] == label.split(':')[0]))",
    broken: (spec) =>
      labelsThat(spec, (label, index) => spec.labels.slice(0, index).some((earlier) => labelName(earlier) === labelName(label))),
  },
  {
    kind: 'state',
    at: 'spec',
    message: 'minRunners must not be greater than maxRunners',
    cel: 'self.minRunners <= self.maxRunners',
    broken: (spec) => unless(spec.minRunners <= spec.maxRunners, 'spec.minRunners'),
  },
  ...VERSION_RULES,
  ...CONTAINER_MODE_RULES,
  ...NETWORK_RULES,
  ...IDENTITY_RULES,
  ...PLACEMENT_RULES,
  ...RUNNER_CONFIG_RULES,
  ...RUNNER_ENV_RULES,
  ...CAPACITY_RULES,
  ...SCHEDULE_RULES,
  ...TEMPLATE_RULES,
];

/** Which forgejo-runner a pool needs for what it wants. */

import {
  atLeastPattern,
  checkRunnerImage,
  compareVersions,
  formatVersion,
  imageVersion,
  MINIMUM_VERSION,
  type RunnerVersion,
  VERSION_TAG_PATTERN,
} from '../runner-image.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { keepsWarm, NO_WARM } from './capacity-rules.ts';
import { celMatches, type StateRule } from './rule.ts';

/** `cache.secret_url`: older ones ignore it, and have no secret then (forgejo-runner's source, #1383). */
const SECRET_FILE_SINCE: RunnerVersion = { major: 12, minor: 7, patch: 0 };
/** Exit code 2 for "no task": older ones end with 0, as after a task (forgejo-runner's source, #1477). */
const NO_TASK_SINCE: RunnerVersion = { major: 12, minor: 8, patch: 2 };
/** A tag of two numbers may be the newest patch. */
const BEFORE_NO_TASK = '(^|:)v?12\\.8\\.[01]([-@].*)?$';

const beforeNoTask = new RegExp(BEFORE_NO_TASK);

/** What says the version: both are never empty. */
const CEL_SAID = '(has(self.runner.version) ? self.runner.version : self.runner.image)';

function saidAt(spec: RunnerPoolSpec): string {
  return spec.runner.version === undefined ? 'spec.runner.image' : 'spec.runner.version';
}

/** `celNotAsked`: holds where the pool does not want what needs that version. An unpinned image has a rule of its own. */
function minimumRule(
  minimum: RunnerVersion,
  wish: string,
  asked: (spec: RunnerPoolSpec) => boolean,
  celNotAsked: string,
): StateRule<RunnerPoolSpec> {
  return {
    kind: 'state',
    at: 'spec',
    message: `runner must be forgejo-runner ${formatVersion(minimum)} or newer ${wish}`,
    cel: [
      celNotAsked,
      `(!has(self.runner.version) && !${celMatches('self.runner.image', VERSION_TAG_PATTERN)})`,
      celMatches(CEL_SAID, atLeastPattern(minimum)),
    ].join(' || '),
    broken: (spec) => {
      const version = imageVersion(spec.runner);
      return asked(spec) && version !== null && compareVersions(version, minimum) < 0 ? [saidAt(spec)] : [];
    },
  };
}

function modeRule(mode: RunnerPoolSpec['mode'], because: string): StateRule<RunnerPoolSpec> {
  const wish = `for mode ${mode}: ${because}`;
  return minimumRule(MINIMUM_VERSION[mode], wish, (spec) => spec.mode === mode, `self.mode != '${mode}'`);
}

export const VERSION_RULES: readonly StateRule<RunnerPoolSpec>[] = [
  {
    kind: 'state',
    at: 'spec.runner',
    message: 'must set version, or an image whose tag is a version such as 12.8.2',
    cel: `has(self.version) || ${celMatches('self.image', VERSION_TAG_PATTERN)}`,
    broken: (spec) => (checkRunnerImage(spec.mode, spec.runner).kind === 'unpinned' ? ['spec.runner.image'] : []),
  },
  modeRule('Ephemeral', 'it takes one job by its handle'),
  modeRule('Persistent', 'older ones are not supported'),
  minimumRule(
    SECRET_FILE_SINCE,
    'with cache: older ones can not read the secret of a cache from a file',
    (spec) => spec.cache !== undefined,
    '!has(self.cache)',
  ),
  {
    kind: 'state',
    at: 'spec',
    message: `runner must be forgejo-runner ${formatVersion(NO_TASK_SINCE)} or newer in a pool of mode Ephemeral with minRunners above 0, also of a schedule: older ones end when there is no job`,
    cel: ["self.mode != 'Ephemeral'", NO_WARM, `!${celMatches(CEL_SAID, BEFORE_NO_TASK)}`].join(' || '),
    broken: (spec) =>
      spec.mode === 'Ephemeral' && keepsWarm(spec) && beforeNoTask.test(spec.runner.version ?? spec.runner.image) ? [saidAt(spec)] : [],
  },
];

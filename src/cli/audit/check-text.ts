/** Scripts, command lines and Dockerfiles: deprecated commands, old paths of the API, old runners. */
import type { Passage } from '../manifests/source.ts';
import { checkRunnerImage, checkRunnerVersion } from './check-image.ts';
import { type AuditFinding, findingAt, type Place } from './finding.ts';
import type { RuleId } from './rules.ts';

/** Options that stand between a program and its subcommand. */
const OPTIONS = '(?:[ \\t]+-[^ \\t\\n]+(?:[ \\t]+[^-\\s][^ \\t\\n]*)?){0,20}?';
const RUNNER = '\\b(?:forgejo-runner|act_runner)["\']?';
/** The rest of a command, up to the end of the line or the next command; bounded, as are the options, so that no text takes for ever. */
const REST = '[^\\n;&|]{0,2000}';

interface TextRule {
  readonly rule: RuleId;
  readonly pattern: RegExp;
  readonly message: string;
}

const TEXT_RULES: readonly TextRule[] = [
  {
    rule: 'register-command',
    pattern: new RegExp(`${RUNNER}${OPTIONS}[ \\t]+["']?register\\b${REST}--token(?![\\w-])`, 'g'),
    message:
      'Registers a runner by `register --token`, which is deprecated: the token is reusable, and whoever holds it can register runners.',
  },
  {
    rule: 'register-command',
    pattern: /\bforgejo-cli["']?[ \t]+["']?actions["']?[ \t]+["']?generate-runner-token\b/g,
    message: 'Makes a registration token, by which registering is deprecated.',
  },
  {
    rule: 'create-runner-file',
    pattern: new RegExp(`${RUNNER}${OPTIONS}[ \\t]+["']?create-runner-file\\b`, 'g'),
    message: 'Makes the registration file by `create-runner-file`, which is deprecated.',
  },
  {
    rule: 'registration-token-variable',
    pattern: /\b(?:GITEA|FORGEJO)_RUNNER_REGISTRATION_TOKEN(?:_FILE)?\b/g,
    message: 'Uses a variable with a registration token, by which registering is deprecated.',
  },
  {
    rule: 'old-api-path',
    pattern: /\/admin\/runners\/jobs\b/g,
    message: 'Asks /admin/runners/jobs, the old path of the queue of an instance.',
  },
];

const ENDPOINT = /\/(?:actions\/runners|admin\/runners)\/registration-token\b/g;
/** The same path belongs to GitHub's API, there without a version before it. */
const GITHUB = /api\.github\.com|\bgithub\.com\/api\/v3|\bgh[ \t]+api\b/i;
/** An image that is named with a tag or digest; a bare name in a text may be anything. */
const IMAGE =
  /(?<![\w./:-])(?:[a-z0-9](?:[\w.-]*[a-z0-9])?(?::[0-9]{1,5})?\/)*(?:forgejo\/runner|forgejo-runner)(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]+)?(?![\w/:.-]|\$)/g;
const RELEASE = /\/forgejo\/runner\/releases\/download\/v?([0-9]+\.[0-9]+\.[0-9]+)\//g;
/** A registration token or secret as it stands there, no variable: both have 40 characters. */
const CLEAR_TOKEN = new RegExp(
  `${RUNNER}${OPTIONS}[ \\t]+["']?(?:register|create-runner-file)\\b${REST}--(?:token|secret)[= \\t]+["']?[A-Za-z0-9_-]{20,}\\b`,
  'g',
);
const CLEAR_VARIABLE = /\b(?:GITEA|FORGEJO)_RUNNER_REGISTRATION_TOKEN["']?[ \t]*[=:][ \t]*["']?[A-Za-z0-9_-]{20,}\b/g;

/** Characters; what is looked for before a place is far shorter. */
const LONGEST_LOOK_BACK = 500;

export function checkText(place: Place, passage: Passage): readonly AuditFinding[] {
  const text = withoutComments(passage.text);
  const ofRules = TEXT_RULES.flatMap(({ rule, pattern, message }) =>
    found(text, pattern).map(({ index }) => findingAt(place, rule, passage.lineAt(index), message)),
  );
  return [...ofRules, ...endpoints(place, passage, text), ...clearTokens(place, passage, text), ...runners(place, passage, text)];
}

function endpoints(place: Place, passage: Passage, text: string): readonly AuditFinding[] {
  const ofGithub = GITHUB.test(text);
  return found(text, ENDPOINT)
    .filter(({ index }) => !ofGithub || /\/api\/v1\/[^\s"']*$/.test(lineBefore(text, index)))
    .map(({ index }) =>
      findingAt(
        place,
        'registration-token-endpoint',
        passage.lineAt(index),
        'Fetches a registration token over the API, which is deprecated.',
      ),
    );
}

function clearTokens(place: Place, passage: Passage, text: string): readonly AuditFinding[] {
  return [...found(text, CLEAR_TOKEN), ...found(text, CLEAR_VARIABLE)].map(({ index }) =>
    findingAt(place, 'token-in-clear-text', passage.lineAt(index), 'The token to register runners with stands here as it is.'),
  );
}

/** What a script starts or a Dockerfile builds on; `one-job` is looked for in all of the text. */
function runners(place: Place, passage: Passage, text: string): readonly AuditFinding[] {
  const takesOneJob = /\bone-job\b/.test(text);
  const images = found(text, IMAGE).filter(
    ({ index, 0: image }) => /[:@][^/]*$/.test(image) || /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*$/i.test(lineBefore(text, index)),
  );
  return [
    ...images.flatMap(({ index, 0: image }) => checkRunnerImage(place, passage.lineAt(index), image, takesOneJob)),
    ...found(text, RELEASE).flatMap(({ index, 1: version = '' }) => checkRunnerVersion(place, passage.lineAt(index), version)),
  ];
}

/** Of a line that is longer than any sensible one, its end. */
function lineBefore(text: string, index: number): string {
  const before = text.slice(Math.max(0, index - LONGEST_LOOK_BACK), index);
  return before.slice(before.lastIndexOf('\n') + 1);
}

function found(text: string, pattern: RegExp): readonly RegExpExecArray[] {
  return [...text.matchAll(pattern)];
}

/** Lines that are comments are blanked and continued lines joined, each character staying where it was. */
function withoutComments(text: string): string {
  return text
    .replace(/^[ \t]*(?:#|\/\/).*$/gm, (comment) => ' '.repeat(comment.length))
    .replace(/\\\r?\n/g, (end) => ' '.repeat(end.length));
}

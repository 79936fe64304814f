/** Everything that `audit` looks for. The page docs/cli.md has a chapter for each, of the same name. */

export type Severity = 'error' | 'warning' | 'note';

export interface AuditRule {
  readonly severity: Severity;
  /** What is wrong, of any place. */
  readonly title: string;
  readonly fix: string;
}

export const AUDIT_RULES = {
  'runner-too-old': {
    severity: 'error',
    title: 'forgejo-runner is older than what is supported',
    fix: 'Use forgejo-runner 12.8.2 or newer; 12.5 is the oldest that works with a pool of mode Persistent, 12.8 with one-job --handle.',
  },
  'runner-image-floating': {
    severity: 'warning',
    title: 'a runner image is named by a tag that moves',
    fix: 'Name a whole version such as data.forgejo.org/forgejo/runner:12.8.2, or pin by digest.',
  },
  'register-command': {
    severity: 'warning',
    title: 'a runner is registered with a registration token',
    fix: 'Register runners over the HTTP API (POST .../actions/runners), or let a RunnerPool do so: see docs/migrate.md.',
  },
  'create-runner-file': {
    severity: 'warning',
    title: 'a registration file is made from a shared secret',
    fix: 'Give the runner its uuid and token (--url, --uuid, --token-url), or let a RunnerPool do so: see docs/migrate.md.',
  },
  'registration-token-variable': {
    severity: 'warning',
    title: 'a variable carries a registration token',
    fix: 'Drop the variable with the registration it is for; a RunnerPool needs an API token in a Secret instead: see docs/migrate.md.',
  },
  'registration-token-endpoint': {
    severity: 'warning',
    title: 'a registration token is fetched from the deprecated endpoint',
    fix: 'POST to .../actions/runners of the same scope: its answer has uuid and token of one runner.',
  },
  'old-api-path': {
    severity: 'warning',
    title: 'an old path of the API is used',
    fix: 'Use /api/v1/admin/actions/runners/jobs, the same since Forgejo 15.',
  },
  'helm-registration-token': {
    severity: 'warning',
    title: 'values of a Helm chart register runners with a registration token',
    fix: 'Replace the release by a RunnerPool: `migrate` turns these values into one.',
  },
  'token-in-clear-text': {
    severity: 'error',
    title: 'a token stands in a manifest or script in clear text',
    fix: 'Revoke it in Forgejo, since whoever reads the file has it, and take it from a Secret.',
  },
  'keda-forgejo-runner': {
    severity: 'warning',
    title: 'KEDA scales runners by its forgejo-runner trigger',
    fix: 'Replace it by a RunnerPool, which gives each runner its job: `migrate` turns it into one.',
  },
  unreadable: {
    severity: 'warning',
    title: 'a manifest is neither YAML nor JSON',
    fix: 'Correct the line; until then nothing in the file is known as what it is.',
  },
  'pool-invalid': {
    severity: 'error',
    title: 'a RunnerPool is refused by the operator',
    fix: 'Change the field as the message says; docs/reference/runnerpool.md has every field.',
  },
  'pool-api-version': {
    severity: 'error',
    title: 'a RunnerPool is of a version that this operator does not serve',
    fix: 'Write apiVersion: forgejo-runner-operator.dev/v1alpha1.',
  },
  'pool-unknown-field': {
    severity: 'warning',
    title: 'a RunnerPool has a field of Kubernetes that this operator does not know',
    fix: 'Check the spelling; a field that is newer than this operator is passed on as it is.',
  },
  'pool-image-unsupported': {
    severity: 'error',
    title: 'runners of a pool report a version that its mode does not work with',
    fix: 'Set spec.runner.image to an image that holds a supported version.',
  },
  'pool-image-differs': {
    severity: 'warning',
    title: 'runners of a pool report another version than its spec says',
    fix: 'Set spec.runner.version to what the image holds, and pin the image by digest.',
  },
  'pool-image-floating': {
    severity: 'warning',
    title: 'a RunnerPool names an image by a tag that moves',
    fix: 'Name a whole version, or pin by digest.',
  },
  'pool-image-old': {
    severity: 'note',
    title: 'a RunnerPool has an older runner than this operator ships with',
    fix: 'Set spec.runner.image to the newer version when it suits you.',
  },
  'pool-privileged': {
    severity: 'note',
    title: 'Pods of a RunnerPool have a privileged container',
    fix: 'Keep such pools in a namespace of their own, or use containerMode.type DindRootless or Host: see docs/pods.md.',
  },
} as const satisfies Readonly<Record<string, AuditRule>>;

export type RuleId = keyof typeof AUDIT_RULES;

/** In the order of the table. */
export const RULE_IDS: readonly RuleId[] = Object.keys(AUDIT_RULES).filter(isRuleId);

function isRuleId(id: string): id is RuleId {
  return Object.hasOwn(AUDIT_RULES, id);
}

/** Relative to the root of the repository. */
export function pageOf(rule: RuleId): string {
  return `docs/cli.md#${rule}`;
}

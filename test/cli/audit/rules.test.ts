/** What each rule finds and what it leaves alone, one text at a time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { audit } from '../../../src/cli/audit/audit.ts';
import { AUDIT_RULES, RULE_IDS } from '../../../src/cli/audit/rules.ts';
import { MINIMAL } from '../../api/specs.ts';

interface Case {
  readonly file?: string;
  readonly text: string;
  /** `LINE RULE`. */
  readonly found: readonly string[];
  readonly because: string;
}

function podOf(container: object): string {
  return stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', ...container }] } });
}

function poolOf(spec: object, status: object = {}): string {
  return stringify({
    apiVersion: 'forgejo-runner-operator.dev/v1alpha1',
    kind: 'RunnerPool',
    metadata: { name: 'p' },
    spec: { ...MINIMAL, containerMode: { type: 'Host' }, labels: ['a:host'], ...spec },
    status,
  });
}

function found({ file = 'a.yaml', text }: Pick<Case, 'file' | 'text'>): readonly string[] {
  return audit([{ file, text }]).map(({ line, rule }) => `${line} ${rule}`);
}

const DIGEST = `sha256:${'0'.repeat(64)}`;

const IMAGES: readonly Case[] = [
  {
    text: podOf({ image: 'data.forgejo.org/forgejo/runner:12.4.9' }),
    found: ['8 runner-too-old'],
    because: '12.5 is the oldest supported',
  },
  { text: podOf({ image: 'data.forgejo.org/forgejo/runner:12.5.0' }), found: [], because: 'a daemon of 12.5 works' },
  {
    text: podOf({ image: 'data.forgejo.org/forgejo/runner:12.7.9', args: ['forgejo-runner', 'one-job'] }),
    found: ['8 runner-too-old'],
    because: 'one-job --handle came with 12.8',
  },
  {
    text: podOf({ image: 'data.forgejo.org/forgejo/runner:12.8.0', args: ['forgejo-runner', 'one-job'] }),
    found: [],
    because: '12.8 has it',
  },
  { text: podOf({ image: 'code.forgejo.org/forgejo/runner:6' }), found: ['8 runner-too-old'], because: 'no 6.x is new enough' },
  { text: podOf({ image: 'code.forgejo.org/forgejo/runner:12' }), found: ['8 runner-image-floating'], because: 'which 12.x it is changes' },
  {
    text: podOf({ image: 'code.forgejo.org/forgejo/runner:12.8' }),
    found: ['8 runner-image-floating'],
    because: 'which patch it is changes',
  },
  { text: podOf({ image: 'code.forgejo.org/forgejo/runner' }), found: ['8 runner-image-floating'], because: 'no tag means latest' },
  { text: podOf({ image: `code.forgejo.org/forgejo/runner@${DIGEST}` }), found: [], because: 'a digest is one image, whatever is in it' },
  {
    text: podOf({ image: `code.forgejo.org/forgejo/runner:6.3.1@${DIGEST}` }),
    found: ['8 runner-too-old'],
    because: 'the tag beside the digest tells the version',
  },
  {
    text: podOf({ image: 'localhost:5000/ci/forgejo-runner:latest' }),
    found: ['8 runner-image-floating'],
    because: 'a mirror under that name is one too',
  },
  { text: podOf({ image: 'ghcr.io/acme/forgejo-runner-operator:latest' }), found: [], because: 'the name only begins so' },
  { text: podOf({ image: 'docker:dind' }), found: [], because: 'Docker is no runner' },
  { text: podOf({ image: 'code.forgejo.org/forgejo/runner:${VERSION}' }), found: [], because: 'something else fills it in' },
  {
    file: 'Dockerfile',
    text: 'FROM code.forgejo.org/forgejo/runner AS base\n',
    found: ['1 runner-image-floating'],
    because: 'FROM without a tag is latest',
  },
  { file: 'Dockerfile', text: 'ARG V=6.3.1\nFROM code.forgejo.org/forgejo/runner:$V\n', found: [], because: 'a variable is the tag' },
  {
    file: 'run.sh',
    text: 'docker run -d \\\n  code.forgejo.org/forgejo/runner:6.3.1 forgejo-runner daemon\n',
    found: ['2 runner-too-old'],
    because: 'a script starts it',
  },
  {
    file: 'run.sh',
    text: 'curl -LO https://code.forgejo.org/forgejo/runner/releases/download/v6.3.1/forgejo-runner-6.3.1-linux-amd64\n',
    found: ['1 runner-too-old'],
    because: 'the binary is as old',
  },
  { file: 'run.sh', text: 'open https://code.forgejo.org/forgejo/runner/releases\n', found: [], because: 'an address is no image' },
  {
    file: 'compose.yaml',
    text: 'services:\n  runner:\n    image: data.forgejo.org/forgejo/runner:11\n',
    found: ['3 runner-too-old'],
    because: 'docker compose runs it',
  },
];

const TOKENS: readonly Case[] = [
  {
    file: 'a.sh',
    text: 'forgejo-runner register --no-interactive --token "$T"\n',
    found: ['1 register-command'],
    because: 'it is the deprecated command',
  },
  {
    file: 'a.sh',
    text: 'forgejo-runner register \\\n  --instance x \\\n  --token $T\n',
    found: ['1 register-command'],
    because: 'lines are continued',
  },
  { file: 'a.sh', text: 'forgejo-runner register\necho --token\n', found: [], because: 'the token belongs to another command' },
  { file: 'a.sh', text: '  # forgejo-runner register --token x\n', found: [], because: 'a comment does nothing' },
  { file: 'a.sh', text: 'gitlab-runner register --token $T\n', found: [], because: 'GitLab has the same words' },
  {
    file: 'a.sh',
    text: `forgejo-runner register --token ${'a1'.repeat(20)}\n`,
    found: ['1 register-command', '1 token-in-clear-text'],
    because: 'the token is no variable',
  },
  {
    file: 'a.sh',
    text: 'forgejo forgejo-cli actions generate-runner-token\n',
    found: ['1 register-command'],
    because: 'it makes such a token',
  },
  {
    file: 'a.sh',
    text: 'act_runner -c x create-runner-file --secret $S\n',
    found: ['1 create-runner-file'],
    because: 'the old name of the program',
  },
  {
    text: podOf({ image: 'data.forgejo.org/forgejo/runner:12.8.2', args: ['register', '--token', '$(T)'] }),
    found: ['10 register-command'],
    because: 'the image is the program',
  },
  {
    text: podOf({ command: ['forgejo-runner'], args: ['register', '--no-interactive', '--token=$(T)'] }),
    found: ['9 register-command'],
    because: 'command and arguments are one line',
  },
  {
    text: podOf({ env: [{ name: 'FORGEJO_RUNNER_REGISTRATION_TOKEN', value: 'a' }] }),
    found: ['9 registration-token-variable', '9 token-in-clear-text'],
    because: 'the value stands there',
  },
  {
    text: podOf({ env: [{ name: 'GITEA_RUNNER_REGISTRATION_TOKEN_FILE', value: '/token' }] }),
    found: ['9 registration-token-variable'],
    because: 'a path is no token',
  },
  {
    file: 'compose.yml',
    text: 'services:\n  r:\n    environment:\n      - GITEA_RUNNER_REGISTRATION_TOKEN=${T}\n',
    found: ['4 registration-token-variable'],
    because: 'compose fills it in',
  },
  {
    file: '.env',
    text: `GITEA_RUNNER_REGISTRATION_TOKEN=${'b2'.repeat(20)}\n`,
    found: ['1 registration-token-variable', '1 token-in-clear-text'],
    because: 'a file of variables',
  },
  {
    text: 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData:\n  FORGEJO_RUNNER_REGISTRATION_TOKEN: c\n',
    found: ['5 registration-token-variable'],
    because: 'Pods get it from there',
  },
  {
    file: 'values.yaml',
    text: 'runner:\n  config:\n    create: true\n    token: abc\n',
    found: ['4 helm-registration-token', '4 token-in-clear-text'],
    because: 'the chart registers with it',
  },
  {
    file: 'values.yaml',
    text: 'runners:\n  runner:\n    config:\n      create: true\n      token: ""\n',
    found: [],
    because: 'there is no token',
  },
  {
    file: 'values.yaml',
    text: 'sub:\n  runner:\n    config: { existingInitSecret: s }\n',
    found: ['3 helm-registration-token'],
    because: 'a sub-chart',
  },
];

const PATHS: readonly Case[] = [
  {
    file: 'a.sh',
    text: 'curl $F/api/v1/admin/runners/registration-token\n',
    found: ['1 registration-token-endpoint'],
    because: 'the old path of an instance',
  },
  {
    file: 'a.sh',
    text: 'curl $F/api/v1/repos/a/b/actions/runners/registration-token\n',
    found: ['1 registration-token-endpoint'],
    because: 'every scope has it',
  },
  {
    file: 'a.sh',
    text: 'curl https://api.github.com/orgs/a/actions/runners/registration-token\n',
    found: [],
    because: 'GitHub has the same path',
  },
  {
    file: 'a.sh',
    text: 'curl https://api.github.com/zen\ncurl $F/api/v1/user/actions/runners/registration-token\n',
    found: ['2 registration-token-endpoint'],
    because: 'GitHub has no /api/v1',
  },
  { file: 'a.sh', text: 'curl $F/api/v1/admin/runners/jobs?labels=a\n', found: ['1 old-api-path'], because: 'it has moved' },
  { file: 'a.sh', text: 'curl $F/api/v1/admin/actions/runners/jobs\n', found: [], because: 'it has moved here' },
  {
    file: '.forgejo/workflows/w.yml',
    text: 'jobs:\n  a:\n    steps:\n      - run: |\n          curl $F/api/v1/admin/runners/jobs\n',
    found: ['5 old-api-path'],
    because: 'a workflow has scripts',
  },
  {
    text: 'apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: s }\nspec:\n  triggers:\n    - type: forgejo-runner\n',
    found: ['6 keda-forgejo-runner'],
    because: 'it scales a Deployment',
  },
  {
    text: 'apiVersion: example.org/v1\nkind: ScaledObject\nmetadata: { name: s }\nspec:\n  triggers:\n    - type: forgejo-runner\n',
    found: [],
    because: 'another group is not KEDA',
  },
];

const POOLS: readonly Case[] = [
  { text: poolOf({}), found: [], because: 'it is as it should be' },
  { text: poolOf({ labels: [] }), found: ['12 pool-invalid'], because: 'a pool needs a label' },
  {
    text: poolOf({ minRunners: 'many', nonsense: 1 }),
    found: ['18 pool-invalid', '19 pool-invalid'],
    because: 'each field is named where it stands',
  },
  { text: poolOf({}, { versions: ['v12.9.0'] }), found: ['15 pool-image-differs'], because: 'the runners say another version' },
  {
    text: poolOf({ runner: { image: 'data.forgejo.org/forgejo/runner:12.5.0' }, mode: 'Persistent' }),
    found: ['15 pool-image-old'],
    because: 'a newer one is shipped',
  },
  {
    text: poolOf({
      labels: ['a'],
      containerMode: { type: 'Dind' },
      runner: { image: 'data.forgejo.org/forgejo/runner:12.8.2', config: { container: { privileged: true } } },
    }),
    found: ['18 pool-privileged', '20 pool-privileged'],
    because: 'the sidecar and the containers of the jobs are',
  },
  {
    text: poolOf({
      template: { spec: { initContainers: [{ name: 'side', image: 'busybox:1.37.0', securityContext: { privileged: true } }] } },
    }),
    found: ['24 pool-privileged'],
    because: 'a container of the template is',
  },
];

const SHAPES: readonly Case[] = [
  {
    text: JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'PodList',
        items: [{ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { containers: [{ image: 'a/forgejo/runner:6.0.0' }] } }],
      },
      null,
      1,
    ),
    file: 'stdin',
    found: ['12 runner-too-old'],
    because: 'a list of kubectl',
  },
  {
    text: 'apiVersion: v1\nkind: Pod\nspec: &s\n  containers:\n    - image: a/forgejo/runner:6.0.0\n---\n# nothing\n---\n',
    found: ['5 runner-too-old'],
    because: 'anchors and empty documents',
  },
  {
    text: '{{ if .Values.on }}\nimage: a/forgejo/runner:6.0.0\n{{ end }}\n',
    found: ['2 runner-too-old'],
    because: 'a template of Helm is read as text',
  },
  {
    text: 'a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n',
    found: [],
    because: 'aliases without end are not followed',
  },
  { text: 'kind: Pod\nspec: 3\n', found: [], because: 'no object' },
  {
    text: 'apiVersion: v1\nkind: Pod\nspec: [\n  image: a/forgejo/runner:6.0.0\n',
    found: ['4 runner-too-old', '5 unreadable'],
    because: 'a manifest with a mistake must not pass for one that is well',
  },
  { text: '{"kind": "Pod", "spec": }\n{', file: 'a.json', found: ['2 unreadable'], because: 'JSON with one' },
  { text: 'kind: Pod\nspec: {{ .Values.spec }\n', found: [], because: 'a template is no manifest yet' },
  { text: '{\n  // a comment\n  "strict": true,\n', file: 'tsconfig.json', found: [], because: 'no manifest at all' },
  {
    text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: null\nspec: { template: { spec: { containers: [null, 3, {}] } } }\n',
    found: [],
    because: 'nothing where something should be',
  },
];

describe.each([
  ['images', IMAGES],
  ['registration tokens', TOKENS],
  ['paths and triggers', PATHS],
  ['pools', POOLS],
  ['shapes of input', SHAPES],
])('of %s', (_, cases) => {
  it.each(cases)('$text: $because', ({ because: _because, found: expected, ...source }) => {
    expect(found(source)).toEqual(expected);
  });
});

describe('a rule', () => {
  it.each(RULE_IDS)('%s has a chapter of its severity in docs/cli.md', (rule) => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
    const chapter = page.split(/^#{2,} /m).find((text) => text.startsWith(`\`${rule}\`\n`) || text.startsWith(`${rule}\n`)) ?? '';
    expect(chapter).toContain(`**${AUDIT_RULES[rule].severity}**`);
  });
});

describe('a huge script', () => {
  it('with a finding in every line is told within the time of a test: a line is not counted out for each of them', () => {
    const lines = 60_000;
    const findings = audit([{ file: 'a.sh', text: 'forgejo-runner register --token $TOKEN\n'.repeat(lines) }]);
    expect(findings.map(({ line }) => line)).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
  }, 10_000);
});

describe('whatever is read', () => {
  it('a finding stands in a line that there is, and quotes no control character', () => {
    const words = [
      'forgejo-runner',
      'register',
      '--token',
      'image:',
      'a/forgejo/runner:6',
      '\n',
      '  ',
      '- ',
      'kind: Pod\n',
      'apiVersion: v1\n',
      'spec:\n',
      'containers:\n',
      '/admin/runners/jobs',
      '\\\n',
      '#',
      '"',
      '\u001b[31m',
      '&a ',
      '*a',
      '|',
      '{',
      '}',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), fc.constantFrom('a.yaml', 'a.sh', 'stdin'), (parts, file) => {
        const text = parts.join('');
        const lines = text.split('\n').length;
        for (const { line, message, object } of audit([{ file, text }])) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines);
          expect(`${message}${object}`).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** A directory of manifests as people have them: what is planted in it is found, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import type { RuleId } from '../../../src/cli/audit/rules.ts';
import { cli } from '../support/cli.ts';

const ESTATE = 'test/cli/fixtures/estate';
const root = join(import.meta.dirname, '../../..');

interface Planted {
  readonly rule: RuleId;
  readonly file: string;
  /** Part of the line that the finding must name. */
  readonly line: string;
}

const PLANTED: readonly Planted[] = [
  { rule: 'runner-too-old', file: 'clusters/prod/runners/deployment.yaml', line: 'image: code.forgejo.org/forgejo/runner:6.3.1' },
  { rule: 'register-command', file: 'clusters/prod/runners/deployment.yaml', line: 'forgejo-runner register --no-interactive' },
  { rule: 'create-runner-file', file: 'clusters/prod/runners/statefulset.yaml', line: 'forgejo-runner create-runner-file' },
  { rule: 'runner-image-floating', file: 'clusters/prod/runners/statefulset.yaml', line: 'image: data.forgejo.org/forgejo/runner:12' },
  { rule: 'registration-token-variable', file: 'clusters/prod/runners/daemonset.yaml', line: 'name: GITEA_RUNNER_REGISTRATION_TOKEN' },
  {
    rule: 'registration-token-endpoint',
    file: 'clusters/prod/runners/configmap-scripts.yaml',
    line: '"$API/orgs/acme/actions/runners/registration-token"',
  },
  { rule: 'old-api-path', file: 'clusters/prod/runners/cronjob.yaml', line: '>-' },
  { rule: 'runner-too-old', file: 'clusters/prod/keda/scaledjob.yaml', line: 'image: code.forgejo.org/forgejo/runner:12.6.0' },
  { rule: 'keda-forgejo-runner', file: 'clusters/prod/keda/scaledjob.yaml', line: 'type: forgejo-runner' },
  { rule: 'token-in-clear-text', file: 'clusters/prod/keda/scaledjob.yaml', line: 'token: ' },
  { rule: 'helm-registration-token', file: 'helm/values.yaml', line: 'token: ${RUNNER_TOKEN}' },
  { rule: 'helm-registration-token', file: 'flux/helmrelease.yaml', line: 'existingInitSecret: forgejo-runner-init' },
  { rule: 'register-command', file: 'scripts/bootstrap-runner.sh', line: 'forgejo-runner -c /etc/forgejo-runner/config.yaml register' },
  { rule: 'runner-image-floating', file: 'images/Dockerfile', line: 'FROM data.forgejo.org/forgejo/runner:latest' },
  { rule: 'pool-invalid', file: 'clusters/prod/pools/pools.yaml', line: 'minRunners: 12' },
  { rule: 'pool-api-version', file: 'clusters/prod/pools/pools.yaml', line: 'apiVersion: forgejo-runner-operator.dev/v1' },
  { rule: 'pool-unknown-field', file: 'clusters/prod/pools/pools.yaml', line: 'priorityClasName: high' },
  { rule: 'pool-image-floating', file: 'clusters/prod/pools/pools.yaml', line: 'image: data.forgejo.org/forgejo/runner:latest' },
  { rule: 'pool-image-unsupported', file: 'live/pools.json', line: '"image": "mirror.example.org/forgejo/runner@sha256:' },
  { rule: 'pool-privileged', file: 'live/pools.json', line: '"type": "Dind"' },
];

/** Tokens that stand in the estate. */
const SECRETS = ['5e1f0c9ab2d44a8e9d7c6b5a493827160f1e2d3c', '7c31591e8b67225a116d4a4519ea8e507e08f71f', 'of-another-system-altogether'];

interface Found {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

function key({ rule, file, line }: { readonly rule: string; readonly file: string; readonly line: string }): string {
  return `${file}: ${rule}: ${line}`;
}

describe('the estate', () => {
  it('has twenty findings, each where it was planted', async () => {
    const { code, out, err } = await cli(['audit', '--format', 'json', ESTATE]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const { findings } = JSON.parse(out) as { readonly findings: readonly Found[] };
    const found = findings.map(({ rule, file, line }) => {
      const text = readFileSync(join(root, file), 'utf8').split('\n')[line - 1] ?? '';
      const planted = PLANTED.find((each) => each.rule === rule && `${ESTATE}/${each.file}` === file && text.includes(each.line));
      return key({ rule, file: file.slice(ESTATE.length + 1), line: planted?.line ?? text });
    });
    expect(found.toSorted()).toEqual(PLANTED.map(key).toSorted());
    expect(found).toHaveLength(20);
  });

  it.each(['text', 'json', 'sarif'])('reads as it did before in the format %s, without any token', async (format) => {
    const { out } = await cli(['audit', '--format', format, ESTATE]);
    await expect(out.replace(`"version": "${packageJson.version}"`, '"version": "VERSION"')).toMatchFileSnapshot(
      `golden/estate.${format}.txt`,
    );
    expect(SECRETS.filter((secret) => out.includes(secret))).toEqual([]);
  });

  it('has tokens that could be printed', () => {
    const files = ['clusters/prod/keda/scaledjob.yaml', 'clusters/prod/other/innocent.yaml', 'clusters/prod/runners/daemonset.yaml'];
    const text = files.map((file) => readFileSync(join(root, ESTATE, file), 'utf8')).join('');
    expect(SECRETS.filter((secret) => !text.includes(secret))).toEqual([]);
  });

  it.each([
    { failOn: 'error', path: ESTATE, code: 1, because: 'there are errors' },
    { failOn: 'warning', path: ESTATE, code: 1, because: 'errors are worse than warnings' },
    { failOn: 'never', path: ESTATE, code: 0, because: 'the report alone is wanted' },
    { failOn: 'error', path: `${ESTATE}/flux`, code: 0, because: 'there is but a warning' },
    { failOn: 'warning', path: `${ESTATE}/flux`, code: 1, because: 'there is a warning' },
    { failOn: 'warning', path: `${ESTATE}/clusters/prod/other`, code: 0, because: 'there is nothing' },
  ])('ends with $code for --fail-on $failOn of $path: $because', async ({ failOn, path, code }) => {
    expect((await cli(['audit', '--fail-on', failOn, path])).code).toBe(code);
  });
});

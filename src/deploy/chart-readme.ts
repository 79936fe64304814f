/** The chart's README, with the table of its values. */
import type { TSchema } from '@sinclair/typebox';
import { valuesTable } from './values-files.ts';

export function chartReadme(values: TSchema): string {
  return `<!-- Generated from src/deploy by \`npm run generate\`. -->
# The Helm chart

The same objects as \`deploy/base\`, in the namespace of the release. One release for a cluster: names do not follow the
release, since the name of the CompositeController is in the finalizer of every pool. [docs/install.md](../../../docs/install.md) goes through
an installation step by step, [docs/upgrade.md](../../../docs/upgrade.md) and [docs/uninstall.md](../../../docs/uninstall.md) through what comes after.

\`\`\`sh
kubectl create namespace forgejo-runner-operator
kubectl label namespace forgejo-runner-operator pod-security.kubernetes.io/enforce=restricted
openssl rand -hex 32 | kubectl -n forgejo-runner-operator create secret generic forgejo-runner-operator-hooks --from-file=token=/dev/stdin
helm install forgejo-runner-operator deploy/helm/forgejo-runner-operator -n forgejo-runner-operator -f my-values.yaml
\`\`\`

Metacontroller's own definitions must be there first, with \`metacontroller.install\` too. Its Secret with the token goes through no value,
because Helm keeps all values in the cluster and \`--set\` leaves them in the history of a shell.

The files in [ci](ci) are examples, each rendered and held against the schema of the API server by a test.

## The definition of RunnerPool

It is an ordinary template, not a file in \`crds/\`: those Helm installs once and never upgrades, so that a newer service would meet
an older definition, which drops the fields that it does not know. It has the annotation \`helm.sh/resource-policy: keep\`: neither
\`helm uninstall\` nor \`crds.install: false\` deletes it, for all pools would go with it. With \`crds.install: false\` you apply it yourself,
before each upgrade: \`kubectl apply --server-side -f crds/runnerpools.yaml\`.

A definition that \`kubectl\` made belongs to no release and Helm says so; \`helm install --take-ownership\` (Helm 3.17) takes it over.

## Values

${valuesTable(values)}
`;
}

/** The alerts as an object of the Prometheus operator. */
import { parse, stringify } from 'yaml';

/** `rules`: text of a Prometheus rule file, whose `groups` are the object's spec as they stand. */
export function prometheusRuleYaml(rules: string): string {
  const spec: unknown = parse(rules);
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'forgejo-runner-operator',
      namespace: 'forgejo-runner-operator',
      labels: {
        'app.kubernetes.io/name': 'forgejo-runner-operator',
        'app.kubernetes.io/component': 'hooks',
        'app.kubernetes.io/part-of': 'forgejo-runner-operator',
      },
    },
    spec,
  };
  return `# Generated from deploy/monitoring/rules by \`npm run generate\`; do not edit.\n${stringify(object, { lineWidth: 0 })}`;
}

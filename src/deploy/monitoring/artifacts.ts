/** The files for Prometheus and Grafana that are made from others; they are committed, and a test fails when they differ. */
import type { Artifact } from '../../api/artifacts.ts';
import { dashboardJson } from './dashboard.ts';
import { prometheusRuleYaml } from './prometheus-rule.ts';

/** `read` gives the text of a file by its path from the root of the repository. */
export function monitoringArtifacts(read: (path: string) => string): readonly Artifact[] {
  return [
    {
      path: 'deploy/monitoring/prometheus-rule.yaml',
      content: prometheusRuleYaml(read('deploy/monitoring/rules/forgejo-runner-operator.yaml')),
    },
    { path: 'deploy/monitoring/dashboards/forgejo-runner-operator.json', content: dashboardJson() },
  ];
}

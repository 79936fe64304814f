/** What `npm run generate` makes of the sources of an installation: the chart's files and `deploy/install.yaml`. */
import { stringify } from 'yaml';
import { buildCrd } from '../api/crd.ts';
import { chartReadme } from './chart-readme.ts';
import { chartValues } from './chart-values.ts';
import { buildInstallFile } from './install-file.ts';
import { valuesSchema, valuesYaml } from './values-files.ts';

const CHART = 'deploy/helm/forgejo-runner-operator';

/** Files that a chart can't reach, since they stand outside its folder. */
const COPIED: Readonly<Record<string, string>> = {
  'service-monitor.yaml': 'deploy/monitoring/service-monitor.yaml',
  'prometheus-rule.yaml': 'deploy/monitoring/prometheus-rule.yaml',
  'dashboard.json': 'deploy/monitoring/dashboards/forgejo-runner-operator.json',
};

/**
 * @param variables names of the environment variables that the service reads
 * @param read the text of a file, by its path from the root of the repository
 */
export function buildDeployArtifacts(variables: readonly string[], read: (path: string) => string) {
  const values = chartValues(variables);
  return [
    { path: `${CHART}/values.yaml`, content: valuesYaml(values) },
    { path: `${CHART}/values.schema.json`, content: valuesSchema(values) },
    { path: `${CHART}/README.md`, content: chartReadme(values) },
    { path: `${CHART}/files/runnerpools.yaml`, content: keptDefinition() },
    ...Object.entries(COPIED).map(([name, source]) => ({ path: `${CHART}/files/${name}`, content: read(source) })),
    { path: 'deploy/install.yaml', content: buildInstallFile(read) },
  ];
}

/** With the definition go all pools, so Helm never deletes it, whether the release goes or `crds.install` is turned off. */
function keptDefinition(): string {
  const { apiVersion, kind, metadata, spec } = buildCrd();
  const kept = { apiVersion, kind, metadata: { ...metadata, annotations: { 'helm.sh/resource-policy': 'keep' } }, spec };
  return stringify(kept, { lineWidth: 0, aliasDuplicateObjects: false });
}

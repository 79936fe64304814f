/** The objects that bring alerts, dashboard and scraping to a cluster. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { monitoringArtifacts } from '../../src/deploy/monitoring/artifacts.ts';
import { find, listAt, manifestsOf, readObject, readText, stringsAt, under } from './support/manifests.ts';
import { DASHBOARD, readGroups } from './support/monitoring.ts';

const FOLDER = 'deploy/monitoring';
const manifests = manifestsOf(FOLDER);
const service = find(manifestsOf('deploy/base'), 'Service');

describe('what is generated for Prometheus and Grafana', () => {
  it.each(monitoringArtifacts(readText))('is committed as it is made: $path', ({ path, content }) => {
    expect(readText(path)).toBe(content);
  });

  it('says the same in the PrometheusRule as in the rule file', () => {
    expect(under(find(manifests, 'PrometheusRule'), 'spec')).toEqual(parse(JSON.stringify({ groups: readGroups() })));
  });
});

describe('the kustomization', () => {
  const [generated] = listAt(readObject(`${FOLDER}/kustomization.yaml`), 'configMapGenerator');

  it('has the dashboard in a ConfigMap that the sidecar of Grafana finds', () => {
    expect(stringsAt(generated ?? {}, 'files').map((file) => `${FOLDER}/${file}`)).toEqual([DASHBOARD]);
    expect(under(generated ?? {}, 'options', 'labels')).toMatchObject({ grafana_dashboard: '1' });
  });

  it('lies in the namespace of the operator', () => {
    const namespaces = [generated?.['namespace'], ...manifests.map(({ namespace }) => namespace)];
    expect(new Set(namespaces)).toEqual(new Set([under(service, 'metadata')['namespace']]));
  });
});

describe('the ServiceMonitor', () => {
  const spec = under(find(manifests, 'ServiceMonitor'), 'spec');
  const [endpoint] = listAt(spec, 'endpoints');

  it('finds the Service and its port', () => {
    expect(under(service, 'metadata', 'labels')).toMatchObject(under(spec, 'selector', 'matchLabels'));
    expect(listAt(service, 'spec', 'ports').map(({ name }) => name)).toContain(endpoint?.['port']);
  });

  it('keeps the labels namespace and endpoint of the meters, which Prometheus would rename', () => {
    expect(endpoint).toMatchObject({ honorLabels: true, path: '/metrics' });
  });
});

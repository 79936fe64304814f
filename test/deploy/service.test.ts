import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { ConfigTable } from '../../src/config-table.ts';
import { integerAt, objectAt } from '../../src/hooks/wire.ts';
import { find, INSTALLS, listAt, manifestsOf, readObject, stringsAt, under } from './support/manifests.ts';

const base = manifestsOf('deploy/base');
const deployment = find(base, 'Deployment');
const service = find(base, 'Service');
const policy = find(base, 'NetworkPolicy');
const pod = under(deployment, 'spec', 'template', 'spec');
const podLabels = under(deployment, 'spec', 'template', 'metadata', 'labels');
const container = listAt(pod, 'containers')[0] ?? {};
const ports = new Map(listAt(container, 'ports').map((port) => [port['name'], port['containerPort']]));

const generated = listAt(readObject('deploy/base/kustomization.yaml'), 'configMapGenerator')[0] ?? {};
const environment = Object.fromEntries(stringsAt(generated, 'literals').map((literal) => literal.split(/=(.*)/s).slice(0, 2)));
const config = loadConfig(environment);

/** What main.ts allows for closing sockets after the graces. */
const CLOSING_SECONDS = 5;

describe('the environment of the service', () => {
  it('has known variables only', () => {
    expect(Object.keys(environment).filter((name) => !(name in ConfigTable.properties))).toEqual([]);
  });

  it('comes from the generated ConfigMap', () => {
    expect(container['envFrom']).toEqual([{ configMapRef: { name: generated['name'] } }]);
    expect(generated['namespace']).toBe(objectAt(deployment, 'metadata')['namespace']);
  });

  it('asks callers for the token of the mounted Secret', () => {
    const [mount] = listAt(container, 'volumeMounts');
    expect(config.bearerTokenFiles).toEqual([`${String(mount?.['mountPath'])}/token`]);
    const [volume] = listAt(pod, 'volumes');
    expect(volume).toEqual({ name: mount?.['name'], secret: { secretName: 'forgejo-runner-operator-hooks', defaultMode: 0o440 } });
    expect(mount?.['readOnly']).toBe(true);
  });
});

describe('the ports', () => {
  it('are those that the service listens on', () => {
    expect(ports).toEqual(
      new Map([
        ['hooks', config.port],
        ['metrics', config.metricsPort],
      ]),
    );
  });

  it('are reached by name through the Service, the hooks at the port of a plain URL', () => {
    expect(listAt(service, 'spec', 'ports').map(({ port, targetPort }) => [port, targetPort])).toEqual([
      [80, 'hooks'],
      [9090, 'metrics'],
    ]);
  });

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'])('are probed where the routes are: %s', (probe) => {
    const path = probe === 'readinessProbe' ? '/readyz' : '/healthz';
    expect(objectAt(container, probe)['httpGet']).toEqual({ path, port: 'hooks' });
  });
});

describe('two replicas', () => {
  it('take turns by the address of the caller', () => {
    expect(service['spec']).toMatchObject({
      sessionAffinity: 'ClientIP',
      type: 'ClusterIP',
      selector: under(deployment, 'spec', 'selector', 'matchLabels'),
    });
    expect(under(deployment, 'spec')).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
  });

  it('are spread over nodes and zones', () => {
    const constraints = listAt(pod, 'topologySpreadConstraints');
    expect(constraints.map(({ topologyKey }) => topologyKey)).toEqual(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
    for (const constraint of constraints) expect(podLabels).toMatchObject(under(constraint, 'labelSelector', 'matchLabels'));
  });
});

describe('a stop', () => {
  it('leaves the time that the service takes at most', () => {
    const needed = (config.shutdownDelayMs + config.shutdownGraceMs) / 1000 + CLOSING_SECONDS;
    expect(integerAt(pod, 'terminationGracePeriodSeconds')).toBeGreaterThanOrEqual(needed);
  });

  it('is known to the Service before the service no longer listens', () => {
    const { periodSeconds, failureThreshold } = objectAt(container, 'readinessProbe');
    expect(Number(periodSeconds) * Number(failureThreshold)).toBeLessThan(config.shutdownDelayMs / 1000);
  });
});

describe('the service account', () => {
  it('has no token in the Pod and no right', () => {
    const account = find(base, 'ServiceAccount');
    const { name, namespace } = objectAt(account, 'metadata');
    expect([account['automountServiceAccountToken'], pod['automountServiceAccountToken'], pod['serviceAccountName']]).toEqual([
      false,
      false,
      name,
    ]);
    const bindings = INSTALLS.flatMap(manifestsOf).filter(({ kind }) => kind.endsWith('Binding'));
    expect(bindings.length).toBeGreaterThan(0);
    const subjects = bindings.flatMap(({ object }) => listAt(object, 'subjects'));
    expect(subjects.filter((subject) => subject['namespace'] === namespace)).toEqual([]);
    expect(subjects.filter((subject) => subject['kind'] !== 'ServiceAccount')).toEqual([]);
  });
});

describe('the network policy', () => {
  it('is about the Pods of the service, both ways', () => {
    expect(podLabels).toMatchObject(under(policy, 'spec', 'podSelector', 'matchLabels'));
    expect(under(policy, 'spec')['policyTypes']).toEqual(['Ingress', 'Egress']);
  });

  it('lets Metacontroller alone to the hooks, and the Pods of the cluster to the metrics', () => {
    const metacontroller = find(manifestsOf('metacontroller/install'), 'Deployment');
    const [hooks, metrics, ...more] = listAt(policy, 'spec', 'ingress');
    expect(more).toEqual([]);
    const [peer, ...others] = listAt(hooks ?? {}, 'from');
    expect(others).toEqual([]);
    expect(under(peer ?? {}, 'namespaceSelector', 'matchLabels')).toEqual({
      'kubernetes.io/metadata.name': objectAt(metacontroller, 'metadata')['namespace'],
    });
    const selector = under(peer ?? {}, 'podSelector', 'matchLabels');
    expect(Object.keys(selector)).not.toEqual([]);
    expect(under(metacontroller, 'spec', 'template', 'metadata', 'labels')).toMatchObject(selector);
    expect(hooks?.['ports']).toEqual([{ protocol: 'TCP', port: 'hooks' }]);
    expect(metrics).toEqual({ from: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: 'metrics' }] });
  });

  it('lets out names and TCP', () => {
    expect(listAt(policy, 'spec', 'egress')).toEqual([
      {
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
      { ports: [{ protocol: 'TCP' }] },
    ]);
  });
});

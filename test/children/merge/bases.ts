/** Templates that patches are merged over: our own rendered Pods, and one with everything that a list of Kubernetes merges by. */
import { type JsonObject } from '../../../src/children/json.ts';
import { renderRunner } from '../../../src/children/runner.ts';
import { anInput, aSpec, assignedTags, hostSpec, userTemplate, warmTags } from '../support/inputs.ts';

export function renderBases(): Readonly<Record<string, JsonObject>> {
  const dind = templateOf({ spec: aSpec(), tags: assignedTags() });
  const host = templateOf({ spec: hostSpec({ mode: 'Persistent' }), tags: warmTags() });
  return {
    dind,
    host,
    user: templateOf({ spec: aSpec({ template: userTemplate }), tags: warmTags() }),
    full: { metadata: fullMetadata(host['metadata']), spec: { ...asObject(host['spec']), ...FULL_SPEC } },
    bare: { metadata: {}, spec: { containers: [{ name: 'runner', image: 'runner:12' }] } },
  };
}

function templateOf(input: Parameters<typeof anInput>[0]): JsonObject {
  return asObject(renderRunner(anInput(input)).spec?.template);
}

/** As JSON has it: no member is undefined. */
function asObject(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value));
}

function fullMetadata(metadata: unknown): JsonObject {
  return {
    ...asObject(metadata),
    finalizers: ['example.com/a', 'example.com/b', 'example.com/c'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'uid-a' }],
  };
}

const FULL_SPEC = {
  nodeSelector: { 'kubernetes.io/arch': 'arm64' },
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [] } }] } },
  hostAliases: [
    { ip: '10.0.0.1', hostnames: ['a', 'b'] },
    { ip: '10.0.0.2', hostnames: ['c'] },
  ],
  imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }],
  tolerations: [
    { key: 'ci', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'gpu', value: 'yes' },
  ],
  topologySpreadConstraints: [
    { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { a: 'b' } } },
  ],
  resourceClaims: [
    { name: 'gpu', resourceClaimName: 'one' },
    { name: 'nic', resourceClaimTemplateName: 'two' },
  ],
  schedulingGates: [{ name: 'example.com/quota' }],
  initContainers: [
    { name: 'fetch', image: 'fetch:1', args: ['--all', '--quiet', '--depth=1'] },
    { name: 'dind', image: 'docker:28', restartPolicy: 'Always', securityContext: { privileged: true } },
    { name: 'warm', image: 'warm:1' },
  ],
  containers: [
    {
      name: 'runner',
      image: 'runner:12',
      command: ['/bin/sh', '-c', 'run'],
      env: [
        { name: 'HOME', value: '/home/runner' },
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      ports: [
        { containerPort: 53, protocol: 'TCP', name: 'dns' },
        { containerPort: 53, protocol: 'UDP', name: 'dns-udp' },
        { containerPort: 8080, name: 'web' },
      ],
      volumeMounts: [
        { mountPath: '/home/runner', name: 'home' },
        { mountPath: '/tmp', name: 'tmp' },
        { mountPath: '/opt/tools', name: 'tools', readOnly: true },
      ],
      volumeDevices: [{ devicePath: '/dev/a', name: 'disk' }],
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } },
      securityContext: { runAsUser: 1000, capabilities: { drop: ['ALL'], add: ['SETUID'] } },
    },
    { name: 'logs', image: 'logs:1', env: [{ name: 'A', value: '1' }] },
  ],
  volumes: [
    { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'home', emptyDir: {} },
    { name: 'tools', configMap: { name: 'tools', items: [{ key: 'a', path: 'a' }] } },
    { name: 'all', projected: { sources: [{ configMap: { name: 'x' } }, { secret: { name: 'y' } }], defaultMode: 256 } },
    {
      name: 'disk',
      ephemeral: { volumeClaimTemplate: { metadata: { finalizers: ['example.com/a'] }, spec: { accessModes: ['ReadWriteOnce'] } } },
    },
  ],
};

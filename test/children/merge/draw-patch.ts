/** Draws a partial PodTemplateSpec for a base, as a user may write it. */
import { isObject, type JsonObject } from '../../../src/children/json.ts';
import type { Random } from '../../../src/dev/forgejo/random.ts';
import { chance, oneOf } from '../../simulation/draw.ts';
import { drawContainer } from './draw-container.ts';
import { drawKeyedList, drawWords, entriesOf, type ListToDraw, subset } from './draw-list.ts';
import { drawMap, orNull } from './draw-map.ts';

const LISTS: readonly ListToDraw[] = [
  { field: 'containers', mergeKey: 'name', others: ['runner', 'agent', 'proxy'], entry: drawContainer },
  { field: 'containers', mergeKey: 'name', others: ['agent'], entry: drawContainer },
  { field: 'initContainers', mergeKey: 'name', others: ['dind', 'setup', 'clone'], entry: drawContainer },
  { field: 'volumes', mergeKey: 'name', others: ['tools', 'cache', 'data'], entry: drawVolume },
  { field: 'volumes', mergeKey: 'name', others: ['tools', 'cache', 'data'], entry: drawVolume },
  { field: 'imagePullSecrets', mergeKey: 'name', others: ['registry', 'other'], entry: () => ({}) },
  {
    field: 'hostAliases',
    mergeKey: 'ip',
    others: ['10.0.0.1', '10.0.0.9'],
    entry: (random, base) => drawWords(random, 'hostnames', base?.['hostnames'], ['git', 'cache']),
  },
  {
    field: 'topologySpreadConstraints',
    mergeKey: 'topologyKey',
    others: ['zone', 'host'],
    entry: (random) =>
      drawMap(random, { maxSkew: 2, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { a: null, c: 'd' } } }),
  },
  { field: 'schedulingGates', mergeKey: 'name', others: ['example.com/a', 'example.com/b'], entry: () => ({}) },
  {
    field: 'resourceClaims',
    mergeKey: 'name',
    others: ['gpu', 'fpga'],
    entry: (random) =>
      withRetainedName(drawMap(random, { resourceClaimName: orNull(random, 'c'), resourceClaimTemplateName: orNull(random, 't') })),
  },
];

export function drawPatch(random: Random, base: JsonObject): JsonObject {
  const spec = isObject(base['spec']) ? base['spec'] : {};
  if (chance(random, 0.01)) return { spec: null };
  const metadata = chance(random, 0.35) ? { metadata: drawMetadata(random, base['metadata']) } : {};
  const lists = subset(random, LISTS, 0, 3).map((list) => drawKeyedList(random, spec[list.field], list));
  const fields = subset(random, podFields(random, spec), 0, 2);
  return { ...metadata, spec: Object.assign({}, ...lists, ...fields) };
}

function podFields(random: Random, spec: JsonObject): readonly JsonObject[] {
  const security = isObject(spec['securityContext']) ? spec['securityContext'] : {};
  return [
    { tolerations: orNull(random, [], drawTolerations(random)) },
    { tolerations: drawTolerations(random) },
    { nodeSelector: orNull(random, drawMap(random, { 'kubernetes.io/arch': orNull(random, 'amd64'), disk: 'ssd' })) },
    { affinity: orNull(random, drawAffinity(random)) },
    {
      securityContext: orNull(
        random,
        drawMap(random, {
          fsGroup: orNull(random, 2000),
          runAsNonRoot: null,
          seccompProfile: drawMap(random, { type: 'Unconfined' }),
          ...drawWords(random, 'supplementalGroups', security['supplementalGroups'], []),
          sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
        }),
      ),
    },
    { dnsConfig: drawMap(random, { nameservers: ['10.0.0.10'], options: [{ name: 'ndots', value: null }], searches: null }) },
    { runtimeClassName: orNull(random, 'gvisor', 'kata'), hostNetwork: orNull(random, true), enableServiceLinks: null },
    { readinessGates: [{ conditionType: 'example.com/ready' }] },
  ];
}

/** Atomic in Kubernetes: what is in the list is the list. */
function drawTolerations(random: Random): readonly JsonObject[] {
  const all = [
    { key: 'ci', operator: 'Exists' },
    { key: 'gpu', effect: 'NoSchedule', value: null },
    { operator: 'Exists', tolerationSeconds: 5 },
  ];
  const some = subset(random, all, 1, 3);
  return chance(random, 0.15) ? [...some, oneOf(random, [{ $patch: 'replace' }, { key: 'ci', $patch: 'delete' }])] : some;
}

function drawAffinity(random: Random): JsonObject {
  const terms = [{ weight: 5, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }], matchFields: null } }];
  return drawMap(random, {
    nodeAffinity: drawMap(random, {
      preferredDuringSchedulingIgnoredDuringExecution: terms,
      requiredDuringSchedulingIgnoredDuringExecution: orNull(random, { nodeSelectorTerms: [] }),
    }),
    podAntiAffinity: orNull(random, { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'host' }] }),
  });
}

function drawVolume(random: Random, base: JsonObject | undefined): JsonObject {
  const sources = {
    emptyDir: orNull(random, {}, { medium: 'Memory', sizeLimit: null }),
    persistentVolumeClaim: orNull(random, { claimName: 'c', readOnly: null }),
    configMap: orNull(random, { name: 'other', items: [{ key: 'b', path: 'b', mode: null }], optional: true }),
    secret: { secretName: 's' },
    projected: drawMap(random, { sources: [{ serviceAccountToken: { path: 'token' } }], defaultMode: 288 }),
    ephemeral: {
      volumeClaimTemplate: { metadata: drawFinalizers(random, claimMetadata(base)), spec: { storageClassName: orNull(random, 'fast') } },
    },
  };
  const owns = Object.keys(base ?? {}).find((key) => key in sources);
  const named = chance(random, 0.5) && owns !== undefined ? [owns] : subset(random, Object.keys(sources), 1, 1);
  const drawn = Object.fromEntries(Object.entries(sources).filter(([key]) => named.includes(key)));
  return chance(random, 0.35) ? { ...drawn, $retainKeys: ['name', ...named] } : drawn;
}

function claimMetadata(base: JsonObject | undefined): JsonObject {
  const [ephemeral] = entriesOf([base?.['ephemeral']]);
  const [claim] = entriesOf([ephemeral?.['volumeClaimTemplate']]);
  return entriesOf([claim?.['metadata']])[0] ?? {};
}

/** Else the directive would be refused for the key that the list itself adds. */
function withRetainedName(entry: JsonObject): JsonObject {
  const retained = entry['$retainKeys'];
  return Array.isArray(retained) ? { ...entry, $retainKeys: ['name', ...retained] } : entry;
}

function drawMetadata(random: Random, base: unknown): JsonObject {
  const [metadata = {}] = entriesOf([base]);
  return Object.assign(
    {},
    ...subset(
      random,
      [
        {
          labels: orNull(
            random,
            drawMap(random, { team: orNull(random, 'build'), 'forgejo-runner-operator.dev/runner': orNull(random, 'x') }),
          ),
        },
        { annotations: drawMap(random, { 'karpenter.sh/do-not-disrupt': orNull(random, 'false'), note: 'x' }) },
        drawFinalizers(random, metadata),
        drawKeyedList(random, metadata['ownerReferences'], {
          field: 'ownerReferences',
          mergeKey: 'uid',
          others: ['uid-b'],
          entry: () => ({ kind: 'Pod' }),
        }),
      ],
      1,
      2,
    ),
  );
}

function drawFinalizers(random: Random, metadata: JsonObject): JsonObject {
  return drawWords(random, 'finalizers', metadata['finalizers'], ['example.com/n', 'example.com/m'], true);
}

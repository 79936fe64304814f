/** Draws what a patch says of a container. */
import { isObject, type JsonObject } from '../../../src/children/json.ts';
import type { Random } from '../../../src/dev/forgejo/random.ts';
import { chance, oneOf } from '../../simulation/draw.ts';
import { drawKeyedList, drawWords, type ListToDraw, subset } from './draw-list.ts';
import { drawMap, orNull } from './draw-map.ts';

const ENV: ListToDraw = {
  field: 'env',
  mergeKey: 'name',
  others: ['HTTPS_PROXY', 'NODE', 'A', 'NEW'],
  entry: (random) => oneOf(random, [{ value: oneOf(random, ['1', '']) }, { valueFrom: oneOf(random, VARIABLE_SOURCES) }]),
};
const VARIABLE_SOURCES = [{ fieldRef: { fieldPath: 'metadata.name' } }, { secretKeyRef: { name: 's', key: 'k', optional: null } }];

const PORTS: ListToDraw = {
  field: 'ports',
  mergeKey: 'containerPort',
  others: [53, 80, 9100],
  entry: (random) => drawSome(random, { protocol: oneOf(random, ['TCP', 'UDP']), name: oneOf(random, ['web', null]), hostPort: 8000 }),
};

const MOUNTS: ListToDraw = {
  field: 'volumeMounts',
  mergeKey: 'mountPath',
  others: ['/cache', '/opt/tools', '/tmp'],
  entry: (random) => ({
    name: oneOf(random, ['tools', 'home', 'cache']),
    ...drawSome(random, { readOnly: true, subPath: orNull(random, 'x') }),
  }),
};

const DEVICES: ListToDraw = {
  field: 'volumeDevices',
  mergeKey: 'devicePath',
  others: ['/dev/a', '/dev/b'],
  entry: () => ({ name: 'block' }),
};

export function drawContainer(random: Random, base: JsonObject | undefined): JsonObject {
  const parts: readonly (() => JsonObject)[] = [
    () => ({ image: orNull(random, 'other:2', 'other:3') }),
    () => drawWords(random, 'args', base?.['args'], ['--debug', '--quiet']),
    () => drawWords(random, 'command', base?.['command'], ['sh', '-c', 'true']),
    () => drawKeyedList(random, base?.['env'], ENV),
    () => drawKeyedList(random, base?.['env'], ENV),
    () => drawKeyedList(random, base?.['ports'], PORTS),
    () => drawKeyedList(random, base?.['volumeMounts'], MOUNTS),
    () => drawKeyedList(random, base?.['volumeDevices'], DEVICES),
    () => ({ resources: orNull(random, drawResources(random)) }),
    () => ({ securityContext: orNull(random, drawSecurity(random, base?.['securityContext'])) }),
    () => ({ startupProbe: orNull(random, { periodSeconds: 2, exec: null, httpGet: { port: 80, path: null } }) }),
    () => ({ lifecycle: drawMap(random, { preStop: { exec: { command: ['true'] } }, postStart: null }) }),
    () => ({ envFrom: [{ secretRef: { name: 'more', optional: null } }] }),
    () => ({ workingDir: orNull(random, '/work') }),
  ];
  return Object.assign({}, ...subset(random, parts, 1, 3).map((part) => part()));
}

function drawResources(random: Random): JsonObject {
  const amounts = { cpu: orNull(random, '2'), memory: orNull(random, '4Gi'), 'example.com/gpu': '1' };
  return drawMap(random, { requests: drawMap(random, amounts), limits: drawMap(random, amounts), claims: [{ name: 'gpu' }] });
}

function drawSecurity(random: Random, base: unknown): JsonObject {
  const capabilities = isObject(base) && isObject(base['capabilities']) ? base['capabilities'] : {};
  return drawMap(random, {
    runAsUser: orNull(random, 0, 1001),
    readOnlyRootFilesystem: false,
    capabilities: drawWords(random, 'drop', capabilities['drop'], ['ALL', 'NET_RAW']),
    seccompProfile: drawMap(random, { type: 'Localhost', localhostProfile: orNull(random, 'p.json') }),
  });
}

function drawSome(random: Random, fields: JsonObject): JsonObject {
  return chance(random, 0.3) ? {} : Object.fromEntries(subset(random, Object.entries(fields), 1, 2));
}

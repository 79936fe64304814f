import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kubernetesFindings } from '../../src/api/kubernetes/kubernetes-problems.ts';
import { validateSpec } from '../../src/api/validate.ts';
import { MINIMAL, patched } from './specs.ts';

const POD = 'spec.template.spec';
const REQUIRED = 'is required: the entries of this list are merged by it';
const QUANTITY = 'must be a quantity such as 500m or 2Gi';
const UNKNOWN = 'is no field of Kubernetes 1.37.2';
const ORDER = 'must name every entry of its list, in the same order';
const TOO_LARGE = 'must be an integer of at most 2147483647';

/** What is said of a Pod's spec in a template, path by path below it. */
function ofPod(spec: unknown) {
  const { problems, warnings } = kubernetesFindings({ ...parts(), template: { spec: { ...Object(spec) } } });
  const below = (list: typeof problems) => list.map(({ field, message }) => [field.slice(POD.length + 1), message]);
  return { problems: below(problems), warnings: below(warnings) };
}

/** In an order that does not depend on that of the schema. */
function sentences(found: readonly (readonly string[])[]): readonly string[] {
  return found.map((words) => words.join(': ')).toSorted();
}

function parts() {
  return { containerMode: { type: 'Dind' } } as const;
}

/** Wrong values in a template: fields below `spec.template.spec` and what is said of each. */
const REFUSED: readonly { situation: string; because: string; spec: unknown; problems: readonly (readonly [string, string])[] }[] = [
  {
    situation: 'a port that is a string',
    because: 'the API server would refuse every Pod',
    spec: { containers: [{ name: 'runner', ports: [{ containerPort: 80 }, { containerPort: '81' }] }] },
    problems: [['containers[0].ports[1].containerPort', 'must be an integer']],
  },
  {
    situation: 'scalars of the wrong type',
    because: 'Kubernetes converts nothing',
    spec: { hostNetwork: 'true', priority: 1.5, hostname: 3, overhead: 'x' },
    problems: [
      ['hostNetwork', 'must be true or false'],
      ['hostname', 'must be a string'],
      ['overhead', 'must be an object'],
      ['priority', 'must be an integer'],
    ],
  },
  {
    situation: 'numbers that no field can hold',
    because: 'they do not fit into 32 bits, or JSON is not exact for them',
    spec: { priority: 2 ** 31, securityContext: { runAsUser: -(2 ** 53) } },
    problems: [
      ['priority', TOO_LARGE],
      ['securityContext.runAsUser', 'must be an integer of at least -9007199254740991'],
    ],
  },
  {
    situation: 'an object for a list and a list for an object',
    because: 'YAML makes it easy',
    spec: { containers: { runner: {} }, affinity: [], nodeSelector: ['x'] },
    problems: [
      ['affinity', 'must be an object'],
      ['containers', 'must be a list'],
      ['nodeSelector', 'must be an object'],
    ],
  },
  {
    situation: 'null within a list',
    because: 'there it says nothing',
    spec: { containers: [null, { name: 'x', args: [null] }] },
    problems: [
      ['containers[0]', 'must be an object'],
      ['containers[1].args[0]', 'must be a string'],
    ],
  },
  {
    situation: 'quantities that are none',
    because: 'the API server would refuse every Pod',
    spec: { containers: [{ name: 'x', resources: { limits: { cpu: '1 core', memory: '2GiB', storage: true, pods: '' } } }] },
    problems: ['cpu', 'memory', 'storage', 'pods'].map((name) => [`containers[0].resources.limits.${name}`, QUANTITY] as const),
  },
  {
    situation: 'a port to ask that is neither number nor name',
    because: 'Kubernetes knows both',
    spec: { containers: [{ name: 'x', livenessProbe: { httpGet: { port: [80] } } }] },
    problems: [['containers[0].livenessProbe.httpGet.port', 'must be an integer or a string']],
  },
  {
    situation: 'entries without the key by which they are merged',
    because: 'they could be merged with nothing',
    spec: {
      containers: [{ image: 'x' }, { name: '' }, { name: 'x', env: [{ value: 'a' }, { $patch: 'delete' }], ports: [{ hostPort: 80 }] }],
      volumes: [{ name: null }],
      hostAliases: [{ hostnames: [] }],
    },
    problems: [
      ['containers[0].name', REQUIRED],
      ['containers[1].name', 'must not be empty'],
      ['containers[2].env[0].name', REQUIRED],
      ['containers[2].env[1].name', REQUIRED],
      ['containers[2].ports[0].containerPort', REQUIRED],
      ['hostAliases[0].ip', REQUIRED],
      ['volumes[0].name', 'must be a string'],
    ],
  },
  {
    situation: 'directives that contradict what stands beside them',
    because: 'kubectl refuses them',
    spec: {
      containers: [
        { name: 'a', $retainKeys: ['image'], image: 'x', args: null },
        { name: 'b', '$setElementOrder/env': [{ name: 'two' }, { name: 'one' }], env: [{ name: 'one' }, { name: 'two' }] },
        { name: 'c', '$setElementOrder/env': [{ name: 'one' }], env: [{ name: 'one' }, { name: 'two' }, { name: 'x', $patch: 'delete' }] },
        { name: 'd', '$setElementOrder/command': ['x'], command: ['sh'] },
      ],
      '$setElementOrder/volumes': [{ name: 'x' }],
      volumes: [{ name: 'x' }, { $patch: 'replace' }],
      '$setElementOrder/initContainers': [{ name: 'x' }],
      initContainers: null,
      '$setElementOrder/hostAliases': [],
      hostAliases: [],
    },
    problems: [
      ['containers[0].$retainKeys', 'must name every field beside it'],
      ...['containers[1].', 'containers[2].'].map((path) => [`${path}$setElementOrder/env`, ORDER] as const),
      ...[
        'containers[3].$setElementOrder/command',
        '$setElementOrder/volumes',
        '$setElementOrder/initContainers',
        '$setElementOrder/hostAliases',
      ].map((field) => [field, ORDER] as const),
    ],
  },
  {
    situation: 'directives that kubectl refuses',
    because: 'it knows the word merge, and refuses it',
    spec: {
      securityContext: { $patch: 'merge' },
      volumes: [{ name: 'x', $patch: 'remove' }],
      dnsConfig: { $retainKeys: 'searches' },
      nodeSelector: { $patch: 'remove' },
      '$setElementOrder/containers': ['runner'],
      '$setElementOrder/volumes': [{ emptyDir: {} }],
    },
    problems: [
      ['dnsConfig.$retainKeys', 'must be a list'],
      ['nodeSelector.$patch', 'must be delete or replace'],
      ['securityContext.$patch', 'must be delete or replace'],
      ['volumes[0].$patch', 'must be delete or replace'],
      ['$setElementOrder/containers[0]', 'must be an object'],
      ['$setElementOrder/volumes[0].name', REQUIRED],
    ],
  },
];

/** Fields that Kubernetes 1.37 does not have, below `spec.template.spec`. */
const UNKNOWN_FIELDS: readonly { situation: string; spec: unknown; fields: readonly string[] }[] = [
  { situation: 'a typing error', spec: { containers: [{ name: 'x', envs: [] }] }, fields: ['containers[0].envs'] },
  {
    situation: 'a field of a newer Kubernetes',
    spec: { nodeMood: { happy: true }, os: { flavour: 'x' } },
    fields: ['nodeMood', 'os.flavour'],
  },
  {
    situation: 'a directive within a list that is replaced',
    spec: { tolerations: [{ key: 'x', $patch: 'delete' }] },
    fields: ['tolerations[0].$patch'],
  },
  { situation: 'a directive of a field that there is not', spec: { '$setElementOrder/x': [] }, fields: ['$setElementOrder/x'] },
  { situation: 'a key like that of a prototype', spec: { constructor: {}, toString: 1 }, fields: ['constructor', 'toString'] },
];

describe('a template', () => {
  it.each(REFUSED)('is refused with the path of $situation, because $because', ({ spec, problems }) => {
    expect(sentences(ofPod(spec).problems)).toEqual(sentences(problems));
  });

  it.each(UNKNOWN_FIELDS)('is taken with a warning for $situation', ({ spec, fields }) => {
    const found = ofPod(spec);
    expect(found.problems).toEqual([]);
    expect(sentences(found.warnings)).toEqual(sentences(fields.map((field) => [field, UNKNOWN])));
  });

  it('is taken without a word with every directive and every null that kubectl takes', () => {
    const spec = {
      '$setElementOrder/containers': [{ name: 'theirs' }, { name: 'b' }, { name: 'more' }],
      '$setElementOrder/imagePullSecrets': [],
      containers: [
        { name: 'a', $patch: 'delete' },
        { name: 'b', $retainKeys: ['name', 'image'], image: 'x', args: null },
        { name: 'c', $patch: 'replace', $retainKeys: [], env: [{ name: 'x', value: null, valueFrom: null }] },
        { $patch: 'replace' },
      ],
      affinity: { $patch: 'replace', podAffinity: null },
      initContainers: [{ name: 'x' }],
      nodeSelector: { $patch: 'replace', gone: null },
      overhead: { $retainKeys: ['cpu'], cpu: 1 },
      volumes: null,
      hostname: null,
    };
    const metadata = { '$deleteFromPrimitiveList/finalizers': ['x'], '$setElementOrder/finalizers': ['y'], labels: { a: null } };
    expect(kubernetesFindings({ ...parts(), template: { metadata, spec } })).toEqual({ problems: [], warnings: [] });
  });
});

describe('the other parts in the words of Kubernetes', () => {
  it('are held against its schema, each at its place', () => {
    const wrong = { limits: { cpu: 'x' } };
    const { problems } = kubernetesFindings({
      containerMode: { type: 'Dind', dind: { resources: wrong } },
      cache: { server: { size: '10Gi', resources: wrong } },
      resources: wrong,
      tolerations: [{}, { tolerationSeconds: '60' }],
      affinity: { podAffinity: [] },
      topologySpreadConstraints: [{ maxSkew: '1' }],
    });
    expect(problems).toEqual([
      { field: 'spec.containerMode.dind.resources.limits.cpu', message: QUANTITY },
      { field: 'spec.cache.server.resources.limits.cpu', message: QUANTITY },
      { field: 'spec.resources.limits.cpu', message: QUANTITY },
      { field: 'spec.tolerations[1].tolerationSeconds', message: 'must be an integer' },
      { field: 'spec.affinity.podAffinity', message: 'must be an object' },
      { field: 'spec.topologySpreadConstraints[0].maxSkew', message: 'must be an integer' },
    ]);
  });

  it('are no patches: a directive there is a field that nobody knows', () => {
    const { warnings } = kubernetesFindings({ ...parts(), resources: { $patch: 'replace' }, tolerations: [{ colour: 'red' }] });
    expect(warnings).toEqual([
      { field: 'spec.resources.$patch', message: UNKNOWN },
      { field: 'spec.tolerations[0].colour', message: UNKNOWN },
    ]);
  });
});

describe('validateSpec', () => {
  it('refuses what Kubernetes would refuse, and says nothing of rules until that is mended', () => {
    const patch = { template: { spec: { containers: [{ name: 'runner', command: 'sh' }] } } };
    expect(validateSpec(patched(MINIMAL, patch))).toEqual({
      ok: false,
      problems: [{ field: `${POD}.containers[0].command`, message: 'must be a list' }],
    });
  });

  it('passes on what it does not know, with a warning', () => {
    const result = validateSpec(patched(MINIMAL, { template: { spec: { nodeMood: 'happy' } } }));
    expect(result).toMatchObject({ ok: true, spec: { template: { spec: { nodeMood: 'happy' } } } });
    expect(result).toHaveProperty('warnings', [{ field: `${POD}.nodeMood`, message: UNKNOWN }]);
  });

  it('names the first hundred wrong values of thousands', () => {
    const args = Array.from({ length: 40_000 }, () => 0);
    const result = validateSpec({ ...MINIMAL, template: { spec: { containers: [{ name: 'side', args }] } } });
    expect(result).toMatchObject({ ok: false, problems: { length: 100 } });
  });

  it('never throws for a template of any JSON, and repeats no value', () => {
    const secret = 'b1946ac92492d2347c6235b4d2611184';
    const json = fc
      .jsonValue({ maxDepth: 5 })
      .map((value: unknown) => JSON.parse(JSON.stringify(value), (_, leaf: unknown) => (typeof leaf === 'string' ? secret : leaf)));
    const field = fc.constantFrom(
      'containers',
      'volumes',
      'affinity',
      'securityContext',
      'tolerations',
      'dnsConfig',
      'hostname',
      'overhead',
    );
    fc.assert(
      fc.property(fc.dictionary(field, json), (spec) => {
        expect(JSON.stringify(ofPod(spec).problems.map(([, message]) => message))).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });
});

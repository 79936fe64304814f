/** The chart's files are made from one source, its values are all used, and a wrong one is refused. */
import { globSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { ConfigTable } from '../../src/config-table.ts';
import { buildDeployArtifacts } from '../../src/deploy/artifacts.ts';
import { chartValues } from '../../src/deploy/chart-values.ts';
import { configMapHash } from '../../src/deploy/config-map-hash.ts';
import { type ValueNode, valueTree } from '../../src/deploy/value-tree.ts';
import { readObject, readText } from './support/manifests.ts';
import { CHART, ROOT, VALUES_FILES } from './support/rendering.ts';

const variables = Object.keys(ConfigTable.properties);
const templates = globSync(`${CHART}/templates/*`, { cwd: ROOT }).map(readText).join('\n');
const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(readText(`${CHART}/values.schema.json`)));

function pathsOf(nodes: readonly ValueNode[], prefix = ''): readonly string[] {
  return nodes.flatMap((node) => (node.kind === 'group' ? pathsOf(node.nodes, `${prefix}${node.name}.`) : [prefix + node.name]));
}

/** Templates reach some values by a part of their path: with `with`, or by a name in a list. */
function isUsed(path: string): boolean {
  if (templates.includes(`.Values.${path}`)) return true;
  const [group = '', ...below] = path.split('.');
  const [part = '', leaf = part] = below;
  if (!['metacontroller', 'monitoring', 'tls'].includes(group)) return false;
  const reached = below.length < 2 || templates.includes(`"${part}"`) || templates.includes(`.Values.${group}.${part}`);
  return reached && new RegExp(`[ (s]\\.${leaf}\\b`).test(templates);
}

const paths = pathsOf(valueTree(chartValues(variables)));

describe('a generated file', () => {
  it.each(buildDeployArtifacts(variables, readText))('is committed as its sources make it: $path', ({ path, content }) => {
    expect(readText(path)).toBe(content);
  });
});

describe('the chart', () => {
  it('has the version of the package, whose image it names', () => {
    const { version, appVersion, name } = readObject(`${CHART}/Chart.yaml`);
    expect([name, version, appVersion]).toEqual([packageJson.name, packageJson.version, packageJson.version]);
  });

  it('uses every value that it documents', () => {
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !isUsed(path))).toEqual([]);
  });

  it('documents every value that it uses', () => {
    const known = new Set(paths.flatMap((path) => path.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'))));
    const used = [...templates.matchAll(/\.Values\.([A-Za-z.]+[A-Za-z])/g)].map(([, path = '']) => path.replace(/^config\..*/, 'config'));
    expect(used.filter((path) => !known.has(path))).toEqual([]);
  });

  it('shows every value in its README', () => {
    const readme = readText(`${CHART}/README.md`);
    expect(paths.filter((path) => !readme.includes(`| \`${path}\` |`))).toEqual([]);
  });
});

describe('the schema of values', () => {
  it.each([`${CHART}/values.yaml`, ...VALUES_FILES])('takes %s', (file) => {
    expect([validate(parse(readText(file))), validate.errors]).toEqual([true, null]);
  });

  it.each([
    { values: { replica: 2 }, because: 'nobody knows that name' },
    { values: { replicas: 0 }, because: 'nothing would answer' },
    { values: { replicas: '2' }, because: 'a number is no text' },
    { values: { zones: 'Always' }, because: 'zones are preferred or required' },
    { values: { image: { digest: 'sha256:1' } }, because: 'a digest is 64 digits' },
    { values: { image: { repository: 'a@sha256:1' } }, because: 'the digest has a value of its own' },
    { values: { config: { FORGEJO_ALLOWLIST: 'a' } }, because: 'the service knows no such variable' },
    { values: { config: { LOG_LEVEL: ['warn'] } }, because: 'a variable is one text' },
    { values: { hooksToken: { token: 'a' } }, because: 'no token goes through Helm' },
    { values: { networkPolicy: { forgejo: [{ cidr: '192.0.2.0/24' }] } }, because: 'a network without a port opens all of them' },
    { values: { pools: { namespaces: ['ci', 'ci'] } }, because: 'a Role is made once' },
    { values: { pools: { namespaces: 'ci' } }, because: 'namespaces are a list' },
    { values: { metacontroller: { logLevel: '6' } }, because: 'it would log tokens' },
    { values: { crds: { install: 'yes' } }, because: 'a switch is true or false' },
  ])('refuses $values: $because', ({ values }) => {
    expect(validate(values)).toBe(false);
  });

  it('takes `global`, which a parent chart passes on', () => {
    expect(validate({ global: { a: 1 } })).toBe(true);
  });
});

describe('the end of a generated name', () => {
  it.each([
    { data: { a: '<&>' }, hash: 'm9gb99d79d' },
    { data: { b: '1', a: 'x=y' }, hash: 'b6c7m92c2t' },
  ])('is the one that kustomize makes of $data', ({ data, hash }) => {
    expect(configMapHash(data)).toBe(hash);
  });
});

/** The three files that say what a chart's values are, from the one schema that has them. */
import { type TSchema, Type } from '@sinclair/typebox';
import { stringify } from 'yaml';
import { propertiesOf, type Schemas, type ValueNode, valueTree } from './value-tree.ts';

const WIDTH = 116;

/** `values.yaml`: each value with what it means above it, and its default. */
export function valuesYaml(schema: TSchema): string {
  return ['# Generated from src/deploy/chart-values.ts by `npm run generate`; do not edit.', ...yamlOf(valueTree(schema), ''), ''].join(
    '\n',
  );
}

/** `values.schema.json`, which Helm holds values against; `global` is what a parent chart passes on. */
export function valuesSchema(schema: TSchema): string {
  const global = Type.Unsafe({ type: 'object', description: 'Of a parent chart; not used.' });
  const whole = { $schema: 'http://json-schema.org/draft-07/schema#', ...optional(schema, { global }) };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** Rows of a Markdown table: value, what is allowed, default, meaning. */
export function valuesTable(schema: TSchema): string {
  const rows = leavesOf(valueTree(schema), '').map(
    ({ path, leaf }) =>
      `| \`${path}\` | ${leaf.allowed} | \`${JSON.stringify(leaf.fallback)}\` | ${leaf.description.replaceAll('|', '\\|')} |`,
  );
  return ['| value | allowed | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function yamlOf(nodes: readonly ValueNode[], indent: string): readonly string[] {
  return nodes.flatMap((node) =>
    node.kind === 'group'
      ? [`${indent}${node.name}:`, ...yamlOf(node.nodes, `${indent}  `)]
      : [...wrap(node.description, `${indent}# `), `${indent}${node.name}: ${inline(node.fallback)}`],
  );
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function wrap(text: string, prefix: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && prefix.length + line.length + 1 + word.length > WIDTH) {
      lines.push(prefix + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, prefix + line];
}

interface Leaf {
  readonly path: string;
  readonly leaf: Extract<ValueNode, { kind: 'leaf' }>;
}

function leavesOf(nodes: readonly ValueNode[], prefix: string): readonly Leaf[] {
  return nodes.flatMap((node) =>
    node.kind === 'group' ? leavesOf(node.nodes, `${prefix}${node.name}.`) : [{ path: prefix + node.name, leaf: node }],
  );
}

/** Helm merges defaults in before it checks, but a value set to null is taken away: no group requires its members. */
function optional(schema: TSchema, more: Schemas = {}): TSchema {
  const properties = Object.entries({ ...more, ...propertiesOf(schema) });
  if (properties.length === 0) return schema;
  return { ...schema, required: [], properties: Object.fromEntries(properties.map(([name, child]) => [name, optional(child)])) };
}

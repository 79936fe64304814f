/** The reference page of the RunnerPool, made from the same schemas, rules and conditions as the CRD. */
import { KindGuard, type TObject, type TSchema } from '@sinclair/typebox';
import { CONDITION_ADVICE } from './condition-advice.ts';
import { CONDITION_REASONS, CONDITION_TYPES } from './conditions.ts';
import { API_VERSION, KIND } from './keys.ts';
import { KUBERNETES_VERSION } from './kubernetes/validator.ts';
import { PRINTER_COLUMNS } from './printer-columns.ts';
import { RULES } from './rules/rules.ts';
import { RunnerPoolSpecSchema } from './spec/runnerpool.ts';
import { RunnerPoolStatusSchema } from './status.ts';

/** The whole page as Markdown. */
export function buildReference(): string {
  const paragraphs = [
    `# ${KIND} reference`,
    `Generated from \`src/api\` by \`npm run generate\`; do not edit.\n\`apiVersion: ${API_VERSION}\`, \`kind: ${KIND}\`, namespaced, short name \`rp\`.`,
    '## Fields of the spec',
    ...objects(RunnerPoolSpecSchema, 'spec').map(fieldTable),
    '## Rules',
    'What the fields alone do not say. A rule is checked by the API server when an object is written (CEL), by the operator when it reads one, or by both; the sentence is the same.',
    ruleTable(),
    '## Parts in the words of Kubernetes',
    `\`spec.template\`, \`spec.resources\`, \`spec.tolerations\`, \`spec.affinity\`, \`spec.topologySpreadConstraints\`, \`spec.containerMode.dind.resources\` and \`spec.cache.server.resources\` are held against the schema of Kubernetes ${KUBERNETES_VERSION} by the operator. A value of the wrong type makes the spec invalid, and the condition \`SpecValid\` names its path. A field that this version does not have is passed on as it is, and named by the same condition with reason \`UnknownFields\`: a newer cluster may know it. An API server that does not refuses the whole Job or Deployment under server-side apply, and drops the field otherwise. In \`spec.template\`, null and the directives of a strategic merge (\`$patch: delete\` or \`replace\`, \`$retainKeys\`, \`$setElementOrder/LIST\`, \`$deleteFromPrimitiveList/LIST\`) stand where \`kubectl patch\` takes them, and each entry of a list that is merged by a key must have it.`,
    '## Conditions',
    table(
      ['Type', 'True means'],
      Object.entries(CONDITION_TYPES).map(([type, sentence]) => [code(type), sentence]),
    ),
    '## Reasons',
    table(
      ['Reason', 'Meaning', 'What to do'],
      Object.entries(CONDITION_REASONS).map(([reason, sentence]) => [code(reason), sentence, adviceFor(reason)]),
    ),
    '## Columns',
    'What `kubectl get runnerpools` shows, and what only `-o wide` does.',
    table(
      ['Column', 'Shown', 'Meaning', 'Read from'],
      PRINTER_COLUMNS.map(({ name, priority, description, jsonPath }) => [
        code(name.toUpperCase()),
        priority === undefined ? 'always' : 'wide',
        description,
        code(jsonPath),
      ]),
    ),
    '## Fields of the status',
    'What is not known is left out. Times are RFC 3339.',
    ...objects(RunnerPoolStatusSchema, 'status').map(fieldTable),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function adviceFor(reason: string): string {
  return Object.entries(CONDITION_ADVICE).find(([key]) => key === reason)?.[1] ?? '';
}

interface ObjectAt {
  readonly path: string;
  readonly schema: TObject;
}

/** The object and every object below it that has fields of its own, outer ones first. */
function objects(schema: TSchema, path: string): readonly ObjectAt[] {
  if (KindGuard.IsArray(schema)) return objects(schema.items, `${path}[]`);
  if (!KindGuard.IsObject(schema) || Object.keys(schema.properties).length === 0) return [];
  return [{ path, schema }, ...Object.entries(schema.properties).flatMap(([name, field]) => objects(field, `${path}.${name}`))];
}

function fieldTable({ path, schema }: ObjectAt): string {
  const rows = Object.entries(schema.properties).map(([name, field]) => [
    code(name),
    typeOf(field),
    defaultOf(field, schema.required?.includes(name) === true),
    rangeOf(field),
    field.description ?? '',
  ]);
  const intro = schema.description === undefined ? '' : `${schema.description}\n\n`;
  return `### ${path}\n\n${intro}${table(['Field', 'Type', 'Default', 'Range', 'Description'], rows)}`;
}

function typeOf(schema: TSchema): string {
  if (KindGuard.IsArray(schema)) return `list of ${typeOf(schema.items)}`;
  if (KindGuard.IsObject(schema) && KindGuard.IsSchema(schema.additionalProperties)) return `map of ${typeOf(schema.additionalProperties)}`;
  return KindGuard.IsUnion(schema) ? 'string' : String(schema.type);
}

function defaultOf(schema: TSchema, required: boolean): string {
  if (schema.default === undefined) return required ? 'required' : '';
  return code(JSON.stringify(schema.default));
}

function rangeOf(schema: TSchema): string {
  if (KindGuard.IsUnion(schema)) return schema.anyOf.map((option) => code(String(option.const))).join(', ');
  if (KindGuard.IsLiteral(schema)) return code(String(schema.const));
  if (KindGuard.IsInteger(schema) && schema.minimum !== undefined) return `${schema.minimum} to ${schema.maximum}`;
  if (KindGuard.IsString(schema)) return schema.maxLength === undefined ? '' : `${schema.minLength ?? 0} to ${schema.maxLength} characters`;
  if (KindGuard.IsArray(schema)) return schema.maxItems === undefined ? '' : `${schema.minItems ?? 0} to ${schema.maxItems} items`;
  return '';
}

function ruleTable(): string {
  const checkedBy = (rule: (typeof RULES)[number]) => {
    if (rule.kind === 'transition') return 'API server';
    return rule.cel === null ? 'operator' : 'API server, operator';
  };
  return table(
    ['Field', 'Rule', 'Checked by'],
    RULES.map((rule) => [code(rule.at), rule.message, checkedBy(rule)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

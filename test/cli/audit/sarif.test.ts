/**
 * The parts of SARIF 2.1.0 that we write, after the specification (OASIS, sections 3.13 to 3.52), closed: a property that is
 * not among them, or of another form, is refused.
 */
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { describe, expect, it } from 'vitest';
import { formatSarif } from '../../../src/cli/audit/format-sarif.ts';
import { reportOf } from '../../../src/cli/audit/report.ts';
import { RULE_IDS } from '../../../src/cli/audit/rules.ts';
import { cli } from '../support/cli.ts';

const closed = { additionalProperties: false };
const Level = Type.Union(['none', 'note', 'warning', 'error'].map((level) => Type.Literal(level)));
const Message = Type.Object({ text: Type.String({ minLength: 1 }) }, closed);

const Rule = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    shortDescription: Message,
    help: Message,
    defaultConfiguration: Type.Object({ level: Level }, closed),
  },
  closed,
);

const Location = Type.Object(
  {
    physicalLocation: Type.Object(
      {
        artifactLocation: Type.Object({ uri: Type.String({ minLength: 1, pattern: "^[A-Za-z0-9/:._~%!$&'()*+,;=@-]+$" }) }, closed),
        region: Type.Object({ startLine: Type.Integer({ minimum: 1 }) }, closed),
      },
      closed,
    ),
    logicalLocations: Type.Optional(
      Type.Array(Type.Object({ fullyQualifiedName: Type.String({ minLength: 1 }), kind: Type.Literal('resource') }, closed)),
    ),
  },
  closed,
);

const Result = Type.Object(
  {
    ruleId: Type.String(),
    ruleIndex: Type.Integer({ minimum: 0 }),
    level: Level,
    message: Message,
    locations: Type.Array(Location, { minItems: 1 }),
  },
  closed,
);

const Driver = Type.Object(
  {
    name: Type.Literal('forgejo-runner-operator'),
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+' }),
    rules: Type.Array(Rule, { uniqueItems: true }),
  },
  closed,
);

const Sarif = Type.Object(
  {
    $schema: Type.String({ pattern: '^https://docs\\.oasis-open\\.org/sarif/.*/sarif-schema-2\\.1\\.0\\.json$' }),
    version: Type.Literal('2.1.0'),
    runs: Type.Array(
      Type.Object(
        {
          tool: Type.Object({ driver: Driver }, closed),
          columnKind: Type.Union([Type.Literal('utf16CodeUnits'), Type.Literal('unicodeCodePoints')]),
          results: Type.Array(Result),
        },
        closed,
      ),
      { minItems: 1, maxItems: 1 },
    ),
  },
  closed,
);

describe('the SARIF log', () => {
  it.each([
    { path: 'test/cli/fixtures/estate', results: 20, because: 'every kind of place is in it' },
    { path: 'test/cli/fixtures/estate/clusters/prod/other', results: 0, because: 'nothing found is a log too' },
  ])('of $path is valid: $because', async ({ path, results }) => {
    const log: unknown = JSON.parse((await cli(['audit', '--format', 'sarif', path])).out);
    expect([...Value.Errors(Sarif, log)]).toEqual([]);
    const [run] = Value.Decode(Sarif, log).runs;
    expect(run?.results).toHaveLength(results);
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(RULE_IDS);
    expect(run?.results.filter(({ ruleId, ruleIndex }) => RULE_IDS[ruleIndex] !== ruleId)).toEqual([]);
  });

  it.each([
    { file: 'stdin', uri: 'stdin', because: 'it has no path' },
    { file: 'a folder/ä#1.yaml', uri: 'a%20folder/%C3%A4%231.yaml', because: 'a URI has no spaces' },
    { file: '/srv/estate/runner.yaml', uri: 'file:///srv/estate/runner.yaml', because: 'a URI that begins with / is no file' },
  ])('names the file $file as $uri: $because', ({ file, uri }) => {
    const finding = { rule: 'old-api-path', file, line: 1, object: null, message: 'Asks an old path.' } as const;
    const [run] = Value.Decode(Sarif, JSON.parse(formatSarif(reportOf(1, [finding])))).runs;
    expect(run?.results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri)).toEqual([uri]);
  });
});

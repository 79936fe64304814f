/** SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), which code forges show beside the lines. */
import type { Log, ReportingDescriptor, Result } from 'sarif';
import packageJson from '../../../package.json' with { type: 'json' };
import type { AuditReport, ReportedFinding } from './report.ts';
import { AUDIT_RULES, pageOf, RULE_IDS, type RuleId } from './rules.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

export function formatSarif({ findings }: AuditReport): string {
  const log: Log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: packageJson.name, version: packageJson.version, rules: RULE_IDS.map(descriptorOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(resultOf),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf(id: RuleId): ReportingDescriptor {
  const { severity, title, fix } = AUDIT_RULES[id];
  return {
    id,
    shortDescription: { text: sentence(title) },
    help: { text: `${fix} See ${pageOf(id)}.` },
    defaultConfiguration: { level: severity },
  };
}

function resultOf({ rule, severity, message, file, line, object, fix }: ReportedFinding): Result {
  return {
    ruleId: rule,
    ruleIndex: RULE_IDS.indexOf(rule),
    level: severity,
    message: { text: `${message} ${fix}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } },
        ...(object === null ? {} : { logicalLocations: [{ fullyQualifiedName: object, kind: 'resource' }] }),
      },
    ],
  };
}

/** A relative path stays one; an absolute one becomes a URI. */
function uriOf(file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

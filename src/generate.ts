/** `npm run generate` writes the generated files; with `--check` it only names those that differ and exits with 1. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { buildArtifacts } from './api/artifacts.ts';
import { buildConfigurationReference } from './config-reference.ts';
import { ConfigTable } from './config-table.ts';
import { buildDeployArtifacts } from './deploy/artifacts.ts';
import { monitoringArtifacts } from './deploy/monitoring/artifacts.ts';
import { buildMetricsReference } from './metrics/reference.ts';

const root = join(import.meta.dirname, '..');
const made = [
  ...buildArtifacts(),
  { path: 'docs/reference/configuration.md', content: buildConfigurationReference() },
  { path: 'docs/reference/metrics.md', content: buildMetricsReference() },
  ...monitoringArtifacts(committed),
];
const artifacts = [...made, ...buildDeployArtifacts(Object.keys(ConfigTable.properties), read)];

function committed(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** What was just made counts, not what an earlier run left in its place. */
function read(path: string): string {
  return made.find((artifact) => artifact.path === path)?.content ?? committed(path);
}

function differs(path: string, content: string): boolean {
  try {
    return readFileSync(path, 'utf8') !== content;
  } catch {
    return true;
  }
}

const drifted = artifacts.filter(({ path, content }) => differs(join(root, path), content));
const check = process.argv.includes('--check');
for (const { path, content } of drifted) {
  if (check) {
    process.stderr.write(`${path} is out of date; run: npm run generate\n`);
    continue;
  }
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  process.stdout.write(`wrote ${path}\n`);
}
if (check && drifted.length > 0) process.exitCode = 1;

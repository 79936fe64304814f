/** The reference page of the configuration, made from the table that checks it. */
import { allowed } from './config.ts';
import { ConfigTable } from './config-table.ts';

/** Markdown of docs/reference/configuration.md. */
export function buildConfigurationReference(): string {
  const rows = Object.entries(ConfigTable.properties).map(([name, schema]) => {
    const fallback = schema.default === undefined || schema.default === '' ? '-' : `\`${schema.default}\``;
    return `| \`${name}\` | ${cell(allowed(schema))} | ${fallback} | ${cell(schema.description ?? '')} |`;
  });
  return [
    '<!-- Generated from src/config-table.ts. -->',
    '# Configuration',
    '',
    'The service is configured by environment variables. An empty variable counts as one that is not set. It does not start when a value is',
    'not allowed, and says which.',
    '',
    '| variable | allowed | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The files that are made from the schema; they are committed, and a test fails when they differ. */
import { stringify } from 'yaml';
import { buildCrd } from './crd.ts';
import { buildEditorSchema } from './editor-schema.ts';
import { buildReference } from './reference.ts';

export interface Artifact {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly content: string;
}

export function buildArtifacts(): readonly Artifact[] {
  const notice = '# Generated from src/api by `npm run generate`; do not edit.\n';
  return [
    { path: 'crds/runnerpools.yaml', content: notice + stringify(buildCrd(), { lineWidth: 0, aliasDuplicateObjects: false }) },
    { path: 'docs/reference/runnerpool.md', content: buildReference() },
    { path: 'docs/reference/runnerpool.schema.json', content: `${JSON.stringify(buildEditorSchema(), null, 1)}\n` },
  ];
}

/** The arrows of the source tree: which folder may import which. docs/architecture.md shows the same. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** `.`: the files of `src` itself, which put the service together. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  api: [],
  pool: ['api'],
  children: ['api', 'pool'],
  forgejo: ['api', 'pool', '.'],
  openbao: ['api', 'pool', 'forgejo', '.'],
  hooks: ['api', 'pool', 'children', 'forgejo', 'openbao', '.'],
  service: ['api', 'pool', 'children', 'forgejo', 'openbao', 'hooks', '.'],
  metrics: ['api', 'pool', 'forgejo', 'openbao', 'hooks', '.'],
  ui: ['api', 'pool', 'hooks', '.'],
  deploy: ['api'],
  '.': ['api', 'pool', 'children', 'forgejo', 'openbao', 'hooks', 'service', 'metrics', 'ui', 'deploy'],
  cli: ['api', 'pool', 'children', 'forgejo', 'hooks', '.'],
  dev: ['api', 'pool', 'children', 'forgejo', 'openbao', 'hooks', 'service', '.'],
  build: [],
};
/** Of the files of `src` itself, what a folder below the service may know: an interface, no part of the composition. */
const SHARED = ['src/clock.ts', 'src/log.ts'];
/** A command is a composition root of its own, of the same parts. */
const PARTS = [...SHARED, 'src/system-clock.ts', 'src/render-assets.ts'];

function folderOf(file: string): string {
  const [, folder = '', ...rest] = file.split('/');
  return rest.length === 0 ? '.' : folder;
}

interface Arrow {
  readonly from: string;
  readonly to: string;
}

function arrowsOf(from: string, source: string): readonly Arrow[] {
  const targets = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/g)];
  return targets.map(([, target = '']) => ({ from, to: relative(root, join(root, dirname(from), target)) }));
}

function isAllowed({ from, to }: Arrow): boolean {
  const [source, target] = [folderOf(from), folderOf(to)];
  if (source === target) return true;
  if (ALLOWED[source]?.includes(target) !== true) return false;
  return target !== '.' || source === 'dev' || source === 'service' || (source === 'cli' ? PARTS : SHARED).includes(to);
}

const files = globSync('src/**/*.ts', { cwd: root });
const arrows = files.flatMap((file) => arrowsOf(file, readFileSync(join(root, file), 'utf8')));

describe('the arrows of the source tree', () => {
  it('are there, from every folder that this test knows and from no other', () => {
    expect(new Set(files.map(folderOf))).toEqual(new Set(Object.keys(ALLOWED)));
    expect(arrows.length).toBeGreaterThan(files.length);
  });

  it('point only where they may', () => {
    expect(arrows.filter((arrow) => !isAllowed(arrow))).toEqual([]);
  });

  it.each([
    { from: 'src/api/spec/fields.ts', to: '../../pool/model.ts', because: 'what users write depends on nothing' },
    { from: 'src/pool/plan.ts', to: '../children/job.ts', because: 'a decision knows no rendering' },
    { from: 'src/hooks/sync.ts', to: '../metrics.ts', because: 'the hooks are below the service' },
    { from: 'src/main.ts', to: './dev/start.ts', because: 'the service never imports the embedded world' },
  ])('a $from that imports $to would be found: $because', ({ from, to }) => {
    expect(arrowsOf(from, `import type { X } from '${to}';`).map(isAllowed)).toEqual([false]);
  });
});

/** Paths, scripts and fields that the pages name in passing are there. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCS, PAGES, ROOT } from './support/pages.ts';

/** Folders of the repository, at the beginning of what is then a path of it. */
const PATH = /^(?:\.ci|bench|crds|deploy|docs|metacontroller|src|test)\/[\w./*-]+$/;
const paths = PAGES.flatMap(({ code }) => code).filter(({ target }) => PATH.test(target));

describe('paths between backticks', () => {
  it('are many', () => {
    expect(paths.length).toBeGreaterThan(50);
  });

  it('are there', () => {
    const gone = paths.filter(({ target }) => globSync(target.replace(/\/$/, ''), { cwd: ROOT }).length === 0);
    expect(gone.map(({ page, line, target }) => `${page}:${line}: ${target}`)).toEqual([]);
  });
});

const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const text = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

describe('scripts of npm', () => {
  it.each(PAGES.map(({ path }) => path))('%s names only those that package.json has', (page) => {
    const named = [...text(page).matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('that a user needs are named somewhere', () => {
    const all = DOCS.map(({ path }) => text(path)).join('\n');
    expect(
      ['demo', 'test', 'cli', 'test:e2e', 'bench', 'simulate'].filter(
        (name) => !all.includes(`npm run ${name}`) && !all.includes(`npm run -s ${name}`) && !all.includes(`npm ${name}`),
      ),
    ).toEqual([]);
  });
});

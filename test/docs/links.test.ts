/** Nothing in the documentation points to what is not there, and every page of it is found from its first one. */
import { existsSync, globSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCS, type Link, PAGES, ROOT } from './support/pages.ts';

const pages = new Map(PAGES.map((page) => [page.path, page]));
const links = PAGES.flatMap((page) => page.links);
const isExternal = ({ target }: Link): boolean => /^[a-z][a-z+.-]*:/.test(target);

interface Target {
  /** Relative to the repository; empty when it leads out of it. */
  readonly path: string;
  readonly anchor: string;
}

function resolve({ page, target }: Link): Target {
  const [file = '', anchor = ''] = target.split('#');
  if (file === '') return { path: page, anchor };
  const path = normalize(join(page, '..', decodeURIComponent(file))).replace(/\/$/, '');
  return { path: path.startsWith('..') ? '' : path, anchor };
}

/** Why a link leads nowhere; null when it leads somewhere. */
function trouble(link: Link): string | null {
  const { path, anchor } = resolve(link);
  if (path === '' || !existsSync(join(ROOT, path))) return 'no such file';
  if (anchor === '') return null;
  return pages.get(path)?.anchors.has(anchor) === true ? null : 'no such heading';
}

function broken(some: readonly Link[]): readonly string[] {
  return some.flatMap((link) => {
    const why = trouble(link);
    return why === null ? [] : [`${link.page}:${link.line}: ${link.target}: ${why}`];
  });
}

describe('links within the repository', () => {
  const internal = links.filter((link) => !isExternal(link));

  it('are many', () => {
    expect(internal.length).toBeGreaterThan(200);
  });

  it('lead to files and headings that are there', () => {
    expect(broken(internal)).toEqual([]);
  });

  it.each([
    { target: 'nowhere.md', because: 'there is no such file' },
    { target: 'README.md#nothing-of-that-name', because: 'there is no such heading' },
    { target: '../../elsewhere.md', because: 'it leads out of the repository' },
  ])('would be found broken: $target, $because', ({ target }) => {
    expect(broken([{ page: 'docs/README.md', line: 1, target }])).toHaveLength(1);
  });
});

describe('links to elsewhere', () => {
  it.each(links.filter(isExternal))('$page, line $line: $target is an address', ({ target }) => {
    const { protocol, hostname, href } = new URL(target);
    expect({ https: protocol === 'https:' || hostname === '127.0.0.1', href: href.replace(/\/$/, '') }).toEqual({
      https: true,
      href: target.replace(/\/$/, ''),
    });
  });
});

/** What a reader comes to: of a folder its README, or else what the forge lists. */
function pagesAt(path: string): readonly string[] {
  if (path === '' || !existsSync(join(ROOT, path))) return [];
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return pages.has(`${path}/README.md`) ? [`${path}/README.md`] : globSync(`${path}/*.md`, { cwd: ROOT });
}

describe('the map in docs/README.md', () => {
  it('leads to every page of the documentation', () => {
    const found = new Set<string>();
    const next = ['docs/README.md'];
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      if (found.has(path)) continue;
      found.add(path);
      next.push(...(pages.get(path)?.links ?? []).filter((link) => !isExternal(link)).flatMap((link) => pagesAt(resolve(link).path)));
    }
    expect(DOCS.map(({ path }) => path).filter((path) => path !== 'README.md' && !found.has(path))).toEqual([]);
  });

  it('names every page that stands beside it', () => {
    const named = new Set((pages.get('docs/README.md')?.links ?? []).map((link) => resolve(link).path));
    expect(globSync('docs/*.md', { cwd: ROOT }).filter((path) => path !== 'docs/README.md' && !named.has(path))).toEqual([]);
  });
});

describe('docs/how-to', () => {
  it('has at least fifteen tasks, each of them named once in its list', () => {
    const tasks = globSync('docs/how-to/*.md', { cwd: ROOT }).filter((path) => !path.endsWith('README.md'));
    const named = (pages.get('docs/how-to/README.md')?.links ?? []).map((link) => resolve(link).path);
    expect(tasks.length).toBeGreaterThanOrEqual(15);
    expect(named.filter((path) => tasks.includes(path)).toSorted()).toEqual(tasks.toSorted());
  });
});

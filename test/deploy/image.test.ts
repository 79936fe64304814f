/** The image has what the service runs on, and nothing else. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { find, listAt, manifestsOf, readText, under } from './support/manifests.ts';

const dockerfile = readText('Dockerfile');
const IMPORT = /^(?:import|export)\s(?!type\b)[^'"]*?from\s*'([^']+)'|^import\s*'([^']+)'|import\('([^']+)'\)/gm;
const ROOT = new URL('../../', import.meta.url);

/** Specifiers that a file imports when it runs. */
function importsOf(file: URL): readonly string[] {
  const source = readText(file.pathname.slice(ROOT.pathname.length));
  return [...source.matchAll(IMPORT)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

function reachedFrom(...entries: readonly URL[]): { readonly files: readonly string[]; readonly packages: readonly string[] } {
  const files = new Set(entries.map(({ href }) => href));
  const packages = new Set<string>();
  for (const href of files) {
    for (const specifier of href.endsWith('.ts') ? importsOf(new URL(href)) : []) {
      if (specifier.startsWith('.')) files.add(new URL(specifier, href).href);
      else if (!specifier.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
    }
  }
  return { files: [...files].map((href) => href.slice(ROOT.href.length)), packages: [...packages] };
}

describe('the image', () => {
  const { files, packages } = reachedFrom(new URL('src/main.ts', ROOT), new URL('src/cli/main.ts', ROOT));

  it('is built and starts as `npm run build` and `npm run start:built` do', () => {
    const command = /^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '';
    const environment = /^ENV (MALLOC_.*)$/m.exec(dockerfile)?.[1] ?? '';
    expect(`${environment} ${JSON.parse(command).join(' ')}`).toBe(packageJson.scripts['start:built']);
    expect(dockerfile).toContain(`\nRUN ${packageJson.scripts.build}\n`);
  });

  it('runs the Node that the tests run on, by a pinned version', () => {
    const image = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1];
    expect(image).toMatch(new RegExp(`:${packageJson.devDependencies.node.replaceAll('.', '\\.')}-slim$`));
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from)).toEqual(['${NODE_IMAGE}', '${NODE_IMAGE}']);
  });

  it('runs as the user that the Pod asks for, by number', () => {
    const user = /^USER (\d+):(\d+)$/m.exec(dockerfile);
    const context = under(find(manifestsOf('deploy/base'), 'Deployment'), 'spec', 'template', 'spec', 'securityContext');
    expect([Number(user?.[1]), Number(user?.[2])]).toEqual([context['runAsUser'], context['runAsGroup']]);
  });

  it('is tagged as the package in the Deployment', () => {
    const [container] = listAt(find(manifestsOf('deploy/base'), 'Deployment'), 'spec', 'template', 'spec', 'containers');
    expect(container?.['image']).toBe(`${packageJson.name}:${packageJson.version}`);
  });

  it('holds every file that the service and the command line import, though not the embedded world', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
    expect(files.filter((file) => file.startsWith('src/dev/') || !(file.startsWith('src/') || file === 'package.json'))).toEqual([]);
  });

  it('holds every package that they import', () => {
    expect(packages.length).toBeGreaterThan(3);
    expect(packages.filter((name) => !(name in packageJson.dependencies))).toEqual([]);
  });

  it('is built from an allow list, so that no file beside the sources gets in', () => {
    const rules = readText('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules).toEqual(['*', '!package.json', '!package-lock.json', '!LICENSE', '!src', 'src/dev']);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => (sources ?? '').split(' '));
    expect(copied.filter((source) => !rules.includes(`!${source}`))).toEqual([]);
  });
});

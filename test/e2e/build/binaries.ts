/**
 * The control plane's programs, built once from ordinary Go modules into the user's cache. Their versions are those of the
 * two go.mod files in `controlplane/`; another go.mod is another folder of the cache.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { goBuild } from './go-build.ts';
import { locked } from './lock.ts';

export const BINARIES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;
export type Binary = (typeof BINARIES)[number];
/** Absolute path of each. */
export type Binaries = Readonly<Record<Binary, string>>;

interface Module {
  readonly name: string;
  readonly packages: Readonly<Partial<Record<Binary, string>>>;
  /** The required module whose version the programs report. */
  readonly versioned: string;
  readonly stamps: (version: string) => readonly string[];
}

const MODULES: readonly Module[] = [
  {
    name: 'kubernetes',
    packages: {
      etcd: 'go.etcd.io/etcd/server/v3',
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    },
    versioned: 'k8s.io/kubernetes',
    // Without them the API server reports v0.0.0-master, and features by version are off.
    stamps: (version) => {
      const [major = '', minor = ''] = version.slice(1).split('.');
      const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
      return Object.entries(variables).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
    },
  },
  { name: 'kwok', packages: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' }, versioned: 'sigs.k8s.io/kwok', stamps: () => [] },
];

const SOURCES = new URL('../controlplane/', import.meta.url).pathname;

/** Null when one of them is not built yet. */
export function cachedBinaries(): Binaries | null {
  const paths = pathsOf();
  return Object.values(paths).every((path) => existsSync(path)) ? paths : null;
}

/** Builds what is missing; `say` hears of the progress. Rejects when Go is missing or a build fails. */
export async function buildBinaries(say: (line: string) => void): Promise<Binaries> {
  for (const module of MODULES) {
    const folder = folderOf(module);
    if (isBuilt(module, folder)) continue;
    mkdirSync(cacheRoot(), { recursive: true });
    await locked(
      `${folder}.lock`,
      (pid) => say(`${module.name}: process ${pid} is building it; waiting for it`),
      async () => {
        if (!isBuilt(module, folder)) await buildModule(module, folder, say);
      },
    );
  }
  return pathsOf();
}

async function buildModule(module: Module, folder: string, say: (line: string) => void): Promise<void> {
  const work = `${folder}.work`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  for (const file of ['go.mod', 'go.sum']) copyFileSync(join(SOURCES, module.name, file), join(work, file));
  mkdirSync(folder, { recursive: true });
  const flags = ['-s', '-w', ...module.stamps(versionOf(module))].join(' ');
  for (const [binary, source] of Object.entries(module.packages)) {
    const target = join(folder, binary);
    if (existsSync(target)) continue;
    await goBuild({ name: binary, folder: work, source, output: `${target}.part`, flags }, say);
    // Only a whole program has its name.
    renameSync(`${target}.part`, target);
  }
  rmSync(work, { recursive: true, force: true });
}

function isBuilt(module: Module, folder: string): boolean {
  return Object.keys(module.packages).every((binary) => existsSync(join(folder, binary)));
}

function pathsOf(): Binaries {
  const path = (binary: Binary): string => {
    const module = MODULES.find(({ packages }) => packages[binary] !== undefined);
    if (module === undefined) throw new Error(`no module has ${binary}`);
    return join(folderOf(module), binary);
  };
  return {
    etcd: path('etcd'),
    'kube-apiserver': path('kube-apiserver'),
    'kube-controller-manager': path('kube-controller-manager'),
    'kube-scheduler': path('kube-scheduler'),
    kwok: path('kwok'),
  };
}

function folderOf(module: Module): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(SOURCES, module.name, file)));
  return join(cacheRoot(), `${module.name}-${versionOf(module)}-${hash.digest('hex').slice(0, 8)}`);
}

/** The version that the module's go.mod requires. */
function versionOf({ name, versioned }: Module): string {
  const text = readFileSync(join(SOURCES, name, 'go.mod'), 'utf8');
  const line = text.split('\n').find((candidate) => candidate.includes(`${versioned} v`));
  const version = / (v[0-9][^ ]*)/.exec(line ?? '')?.[1];
  if (version === undefined) throw new Error(`${name}/go.mod requires no version of ${versioned}`);
  return version;
}

function cacheRoot(): string {
  const home = process.env['XDG_CACHE_HOME'];
  return join(home === undefined || home === '' ? join(homedir(), '.cache') : home, 'forgejo-runner-operator-e2e');
}

/** Where in the operator's containers a template may mount nothing, as the renderers in `src/children` mount there. */
import { hasBaoCa, hasCaBundle, OF_BAO_CA, OF_CA, OWN_VOLUMES } from './own-parts.ts';
import type { WithTemplate } from './template-parts.ts';

export interface OwnPath {
  readonly path: string;
  /** What the operator has there, as in "the operator mounts its volume config there". */
  readonly because: string;
  /** The pools that have it; all, where it is left out. */
  readonly of?: string;
  readonly isPresent: (spec: WithTemplate) => boolean;
  /** What is mounted below it is the user's. */
  readonly isOpenBelow?: true;
}

const always = (): boolean => true;
const STORE = 'the Docker daemon has its store there';
const IDS = 'it says which ids the Docker daemon may use';

/** The paths of the container `runner`. */
export const RUNNER_PATHS: readonly OwnPath[] = [
  { path: '/tmp', because: 'the volume tmp is there', isPresent: always, isOpenBelow: true },
  { path: '/tmp/stop', because: 'the entrypoint takes that file for the order to stop', isPresent: always },
  { path: '/home/runner', because: 'the volume home is there', isPresent: always, isOpenBelow: true },
  ...OWN_VOLUMES.flatMap(({ name, mountPath, of, isPresent }) =>
    mountPath === undefined
      ? []
      : [{ path: mountPath, because: `the operator mounts its volume ${name} there`, ...(of !== undefined && { of }), isPresent }],
  ),
];

/** The paths of the init container `dind`: its socket, its store, and of a rootless one also what its user namespace is made by. */
export const SIDECAR_PATHS: readonly OwnPath[] = [
  { path: '/run/dind', because: 'the socket of the Docker daemon is there', isPresent: always },
  { path: '/var/lib/docker', because: STORE, of: 'a pool of type Dind', isPresent: isRootful },
  { path: '/home/rootless/.local/share/docker', because: STORE, of: 'a pool of type DindRootless', isPresent: isRootless },
  { path: '/etc/subuid', because: IDS, of: 'a pool of type DindRootless', isPresent: isRootless },
  { path: '/etc/subgid', because: IDS, of: 'a pool of type DindRootless', isPresent: isRootless },
  { path: '/etc/runner-ca', because: 'the operator mounts its volume ca there', of: OF_CA, isPresent: hasCaBundle },
  { path: '/etc/openbao-ca', because: 'the operator mounts its volume openbao-ca there', of: OF_BAO_CA, isPresent: hasBaoCa },
];

function isRootful(spec: WithTemplate): boolean {
  return !isRootless(spec);
}

function isRootless({ containerMode }: WithTemplate): boolean {
  return containerMode.type === 'DindRootless';
}

/** The first of `paths` that a mount at `path` would hide or lie in: one reason is enough for one mount. */
export function pathInTheWay(paths: readonly OwnPath[], spec: WithTemplate, path: unknown): OwnPath | undefined {
  if (typeof path !== 'string') return undefined;
  const at = resolved(path);
  return paths.find((own) => own.isPresent(spec) && (isWithin(own.path, at) || (own.isOpenBelow !== true && isWithin(at, own.path))));
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** As the container runtime finds it: without detours, and by way of the link that most images have at /var/run. */
function resolved(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`.replace(/^\/var\/run(?=\/|$)/, '/run');
}

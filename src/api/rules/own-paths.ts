/** Where in the operator's containers a template may mount nothing, as the renderers in `src/children` mount there. */
import { hasCaBundle, ownVolumes } from './own-parts.ts';
import type { WithTemplate } from './template-parts.ts';

/** Volumes whose size the user may choose lie here; what is mounted below is the user's. */
const USER_SIZED_PATHS = ['/tmp', '/home/runner'];
/** The entrypoint takes a file of this name for the order to stop. */
const STOP_FILE_PATH = '/tmp/stop';
const SOCKET_PATH = '/run/dind';
const CA_PATH = '/etc/runner-ca';
/** The store of the daemon, and of a rootless one also what its user namespace is made by. */
const ROOTFUL_PATHS = ['/var/lib/docker'];
const ROOTLESS_PATHS = ['/home/rootless/.local/share/docker', '/etc/subuid', '/etc/subgid'];

/** A mount there would hide what the runner needs, or put something else in its place. */
export function isRunnerPath(spec: WithTemplate, path: unknown): boolean {
  const own = [...ownVolumes(spec).map(({ mountPath }) => mountPath), STOP_FILE_PATH];
  return hides(path, [...own, ...USER_SIZED_PATHS]) || liesBelow(path, own);
}

/** The same of the Docker sidecar. */
export function isSidecarPath(spec: WithTemplate, path: unknown): boolean {
  const ofDaemon = spec.containerMode.type === 'DindRootless' ? ROOTLESS_PATHS : ROOTFUL_PATHS;
  const own = [SOCKET_PATH, ...ofDaemon, ...(hasCaBundle(spec) ? [CA_PATH] : [])];
  return hides(path, own) || liesBelow(path, own);
}

/** At one of `paths`, or above it. */
function hides(path: unknown, paths: readonly string[]): boolean {
  return typeof path === 'string' && paths.some((own) => isWithin(own, resolved(path)));
}

function liesBelow(path: unknown, paths: readonly string[]): boolean {
  return typeof path === 'string' && paths.some((own) => isWithin(resolved(path), own));
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

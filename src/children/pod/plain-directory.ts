/**
 * A directory of a volume without the setgid bit. With `fsGroup` the kubelet sets that bit on the root of every volume, and
 * whatever is made below inherits it: Docker's layers and a job's files too, and `dpkg-deb --build`, for one, refuses such a
 * directory. The root is not ours to change, a directory that we make in it is.
 */

/** Of `docker:dind` and `docker:dind-rootless` (docker-library/docker, `dockerd-entrypoint.sh`). */
const DOCKER_ENTRYPOINT = 'dockerd-entrypoint.sh';
const MAKE = 'mkdir -p "$1" && chmod g-s "$1"';

/**
 * `command` behind the making of `directory`; with `exec` it takes the shell's place as PID 1. It runs in any case: the status
 * of the shell would be read as the runner's.
 */
export function inPlainDirectory(directory: string, command: readonly string[]): string[] {
  return ['/bin/sh', '-c', `${MAKE}; shift; exec "$@"`, 'sh', directory, ...command];
}

/**
 * The same before a Docker daemon. A `command` takes the place of the image's entrypoint, so the one that the official images
 * have is called by its name; an image without it has nothing to prepare.
 */
export function daemonInPlainDirectory(directory: string): string[] {
  return [
    '/bin/sh',
    '-c',
    `${MAKE} && shift && if command -v ${DOCKER_ENTRYPOINT} >/dev/null; then set -- ${DOCKER_ENTRYPOINT} "$@"; fi && exec "$@"`,
    'sh',
    directory,
  ];
}

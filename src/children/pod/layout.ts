/** Where things lie in a runner's Pod: volume names, mount paths and the ids that own them. */

/** Name of the container that the runner is in; the Job's failure policy and the observed states refer to it. */
export const RUNNER_CONTAINER = 'runner';
export const DIND_CONTAINER = 'dind';

/** uid and gid of the user in the official runner image (`USER 1000:1000`). */
export const RUNNER_UID = 1000;
export const RUNNER_GID = 1000;

export const CONFIG_VOLUME = 'config';
export const CONFIG_PATH = '/etc/runner';
export const CONFIG_FILE = 'config.yaml';
export const ENTRYPOINT_FILE = 'one-job.sh';
/** Mounted as /etc/subuid and /etc/subgid of the rootless Docker sidecar. */
export const SUBID_FILE = 'subid';

export const CREDENTIALS_VOLUME = 'credentials';
export const CREDENTIALS_PATH = '/run/credentials';

/** The entrypoint looks here for the stop file that `preStop` leaves: it must be fresh with every Pod. */
export const TMP_VOLUME = 'tmp';
export const TMP_PATH = '/tmp';
export const STOP_FILE = `${TMP_PATH}/stop`;

/** HOME and the jobs' work directories: the root file system is read-only. */
export const HOME_VOLUME = 'home';
export const HOME_PATH = '/home/runner';
export const WORK_PATH = `${HOME_PATH}/work`;

export const CA_VOLUME = 'ca';
export const CA_PATH = '/etc/runner-ca';
export const CA_FILE = 'ca.crt';

/** Of OpenBao, for jobs. The same path in the runner, in the Docker sidecar and in job containers. */
export const BAO_CA_VOLUME = 'openbao-ca';
export const BAO_CA_PATH = '/etc/openbao-ca';
export const BAO_CA_FILE = 'ca.crt';

export const DOCKER_TLS_VOLUME = 'docker-tls';
export const DOCKER_TLS_PATH = '/run/docker-tls';

/** Not under `/run/docker`, which dockerd keeps for itself. The same path in both containers, for jobs mount the socket by it. */
export const DIND_SOCKET_VOLUME = 'dind-socket';
export const DIND_SOCKET_PATH = '/run/dind';
export const DIND_SOCKET = `${DIND_SOCKET_PATH}/docker.sock`;
export const DIND_HOST = `unix://${DIND_SOCKET}`;
export const DIND_STORAGE_VOLUME = 'dind-storage';
/** Where the images declare a volume: a mount of ours takes its place. */
export const DIND_STORAGE_PATH = '/var/lib/docker';
export const ROOTLESS_HOME = '/home/rootless';
export const ROOTLESS_STORAGE_PATH = `${ROOTLESS_HOME}/.local/share/docker`;

/** Names that stand on Kubernetes objects: group, labels, annotations. */
export const GROUP = 'forgejo-runner-operator.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'RunnerPool';
export const PLURAL = 'runnerpools';

/** On Secret, workload, Pod and ConfigMap: the uid of the pool. Pods are found by it. */
export const LABEL_POOL_UID = `${GROUP}/pool-uid`;
/** On Secret, workload and Pod: the runner's name, by which objects of one slot are joined. */
export const LABEL_RUNNER = `${GROUP}/runner`;
/**
 * On the objects and Pods of a pool's cache server: the uid of the pool. Its Pods must not carry the label of the pool itself,
 * by which runners are found, and are let out by their network policy.
 */
export const LABEL_CACHE_OF = `${GROUP}/cache-of`;
/** On the Pods of a cache server: which Secret they have read, so that another Secret is another Pod. */
export const ANNOTATION_CACHE_SECRET = `${GROUP}/cache-secret`;

/** On workload and Pod, for logs and costs; no object is found by them. */
export const LABEL_POOL = `${GROUP}/pool`;
export const LABEL_MODE = `${GROUP}/mode`;
export const LABEL_REPOSITORY_ID = `${GROUP}/repository-id`;
/** The name of the job as far as a label can hold it; the annotation of the same key has all of it. */
export const LABEL_JOB_NAME = `${GROUP}/job-name`;
/** Labels that Kubernetes recommends (kubernetes.io, "Recommended Labels"). */
export const LABEL_APP_NAME = 'app.kubernetes.io/name';
export const LABEL_APP_INSTANCE = 'app.kubernetes.io/instance';
export const LABEL_APP_MANAGED_BY = 'app.kubernetes.io/managed-by';

/** The job handle the runner was made for, or `-`. */
export const ANNOTATION_HANDLE = `${GROUP}/handle`;
export const ANNOTATION_REPOSITORY_ID = `${GROUP}/repository-id`;
/** As Forgejo gave it, up to 256 characters and without control characters. */
export const ANNOTATION_JOB_NAME = `${GROUP}/job-name`;
export const ANNOTATION_ATTEMPT = `${GROUP}/attempt`;
export const ANNOTATION_SPEC_HASH = `${GROUP}/spec-hash`;
export const ANNOTATION_REGISTRATION_ID = `${GROUP}/registration-id`;
export const ANNOTATION_REGISTRATION_UUID = `${GROUP}/registration-uuid`;
/** RFC 3339, Forgejo's time. */
export const ANNOTATION_ISSUED_AT = `${GROUP}/issued-at`;

/** Stands in an annotation or description for "no handle". */
export const NO_HANDLE = '-';

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

/** The job handle the runner was made for, or `-`. */
export const ANNOTATION_HANDLE = `${GROUP}/handle`;
export const ANNOTATION_REPOSITORY_ID = `${GROUP}/repository-id`;
export const ANNOTATION_ATTEMPT = `${GROUP}/attempt`;
export const ANNOTATION_SPEC_HASH = `${GROUP}/spec-hash`;
export const ANNOTATION_REGISTRATION_ID = `${GROUP}/registration-id`;
export const ANNOTATION_REGISTRATION_UUID = `${GROUP}/registration-uuid`;
/** RFC 3339, Forgejo's time. */
export const ANNOTATION_ISSUED_AT = `${GROUP}/issued-at`;

/** Stands in an annotation or description for "no handle". */
export const NO_HANDLE = '-';

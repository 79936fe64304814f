/** How long the steps of a Pod's life take, ms, as measured (facts, sections 2–5). */
export const BIND_MS = 15;
export const CREATING_MS = 6;
export const START_MS = 470;
export const PROBE_MS = 1000;
export const MOUNT_RETRY_MS = 500;
/** From the container's end to the final phase; a Job looks at the end 1.0 s after it, just before. */
export const SANDBOX_MS = 1050;
export const DELETED_END_MS = 150;
export const FORCE_DELETE_MS = 500;
export const NEVER_STARTED_MS = 1000;

/** Every length of time that decisions are made with, in milliseconds, with its reason. */

/** Kubernetes' clocks (finishedAt, deletionTimestamp) are not Forgejo's. */
export const KUBERNETES_MARGIN_MS = 5_000;
/** A Pod whose grace period has been over for so long is on a node that no longer answers (facts: kubelet, G). */
export const LOST_AFTER_GRACE_MS = 60_000;
/** A deleted Pod whose registration has been gone or offline for so long runs nothing. */
export const LOST_AFTER_ROW_GONE_MS = 120_000;
/** Forgejo shows a runner `offline` after 60 s of silence; an outage of its own must not look like that. */
export const OFFLINE_TRUSTED_AFTER_MS = 120_000;
/** UpdateTask, UpdateLog and our own question make a row `active` for 10 s. */
export const ACTIVE_AFTER_REPORT_MS = 10_000;
/** So long after a question the row of a dead runner is `offline` again: 60 s without a sign, and a read. */
export const ECHO_OF_A_QUESTION_MS = 75_000;
/** Informers lag by seconds, each by itself: a Pod that was just created shows after that. */
export const POD_MAY_SHOW_MS = 6_000;
/** A controller that can't create a Pod says so only in events: quota, admission, service account. */
export const POD_NOT_CREATED_AFTER_MS = 30_000;
/** An idle warm runner polls every 2 s: a job that it could take is gone long before. */
export const WARM_COVERS_FOR_MS = 10_000;
/** A job that idle ephemeral runners have left for so long gets a runner of its own, which says for sure whether it can be had. */
export const OWN_RUNNER_AFTER_MS = 300_000;
/**
 * A Pod that should have ended, and whose row has been idle for so long, polls on and heard no TERM: one whose fetch hangs is
 * `offline` after 60 s, and may have been given a task meanwhile. One that waits without a workload is given as long for
 * somebody to delete it.
 */
export const UNHEARD_AFTER_MS = 65_000;
/**
 * So long a runner that should have ended is asked about each new task of others. Where they begin faster than the 10 s of a
 * question are over, only its polling shows that it has none, and that only while it is not asked.
 */
export const UNHEARD_ASKED_FOR_MS = 30_000;
/** A task that no runner of ours explains for so long is somebody else's, or lost: whoever took it would have been found. */
export const OPEN_BEFORE_ASKED_MS = 15_000;
/** While our question makes a waiting runner read `active`, its own report does not show: it is left alone for longer than that. */
export const ASK_IDLE_AGAIN_MS = 30_000;
/** A report makes a row `active` for 10 s: lists that are no further apart than this show every one. */
export const LISTS_AT_MOST_APART_MS = 8_000;
/** A daemon that works and is cut off reads `idle` for 60 s less the 10 s for which it was `active`, and then `offline`. */
export const QUIET_DAEMON_MS = 65_000;
/**
 * The entrypoint's probe keeps the row of a working ephemeral runner online, whose own reports may hang for as long as the
 * runner's client waits for an answer (60 s): two of these.
 */
export const QUIET_ONE_JOB_MS = 125_000;
/** Two tasks in one list, for longer than any informer lags: the second Pod that could explain them would show. */
export const TWO_TASKS_FOR_MS = 30_000;
/** A scope that has answered 404 for so long to a deleted pool is gone. */
export const SCOPE_GONE_AFTER_MS = 60_000;
/** How long a deleted pool whose token is gone waits for it to come back. */
export const FINALIZE_WITHOUT_TOKEN_MS = 60_000;

export const NO_TASK_BACKOFF_MS = { first: 5_000, most: 300_000 } as const;
/** However often a repository's jobs end: from one try of a job that is held back to the next. Its oldest is the most likely to be free. */
export const EARLY_RETRY_MS = { next: 10_000, others: 30_000 } as const;
export const FAILED_START_BACKOFF_MS = { first: 10_000, most: 600_000 } as const;
export const REFUSED_BACKOFF_MS = { first: 10_000, most: 300_000 } as const;
/** So many failed starts in a row slow the pool down to one try a minute. */
export const POOL_BRAKE_AFTER = 5;
export const POOL_BRAKE_MS = 60_000;

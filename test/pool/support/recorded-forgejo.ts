/**
 * What Forgejo had of the runners in each recorded request, as measured beside it (facts-kubernetes, sections 1 and 3 to 6):
 * per request, in the order of its number, `row/handle`. `>`: and a minute later. Two runners of one pool are named.
 *
 * Rows: `-` none of the runner's objects is there yet, `new` never declared, `idle`, `active`, `offline`, `absent`.
 * Handles: `-` a warm or persistent runner, `waiting`, `running`, `gone`.
 *
 * A task that is done takes its row with it, before the process ends. A runner that died holding one is `active` for 10 s,
 * then `idle`; the row of one that never took a task stays. Recordings with `sleep` or `exit N` in the runner's place have
 * no registration: theirs is what the real program would have left.
 */
const STARTING = 'new/waiting';
const BUSY = 'active/running';
const DONE = 'absent/gone';
const DIED = 'active/running>idle/running';
const IDLE = 'idle/-';

export const FORGEJO: Readonly<Record<string, readonly string[]>> = {
  'K1-normal': ['-', STARTING, STARTING, STARTING, STARTING, STARTING, BUSY, DONE, DONE, DONE, DONE, DONE, DONE],
  'K2-exit0': [DONE],
  // Exit 1 is what the entrypoint makes of a registration that is unknown.
  'K2-exit1': ['absent/waiting'],
  'K2-exit2': ['idle/waiting'],
  'K2-exit75': [DONE],
  'K2-exit137': [DIED],
  'K2-cancelled': [DONE, DONE],
  'K2-runner-killed': [DIED, DIED],
  'K2-pid1-killed': [DIED, DIED],
  'K3-busy-dropped': [BUSY, BUSY, BUSY, DONE, DONE, DONE],
  'K3-busy-all-dropped': [BUSY, DONE],
  'K3-idle-dropped': [IDLE, IDLE, IDLE, IDLE],
  'K3-grace-over': [DIED],
  'K3-pending-dropped': [STARTING, STARTING],
  'K3-sidecar-deaf': [STARTING],
  'K4-evicted-busy': [BUSY, BUSY, DONE, DONE, DONE],
  'K4-evicted-idle': [IDLE, IDLE],
  'K4-evicted-killed': [DIED, DIED],
  'K4-evicted-shortgrace': [BUSY, DIED],
  'K4-preempted': [BUSY],
  // The step was killed, not the runner, which reported the failure.
  'K5-step-oom': [DONE, DONE],
  'K5-group-oom': [DIED, DIED],
  'K5-node-memory': [DIED, DIED],
  'K5-ephemeral-storage': [DIED, DIED],
  'K5-emptydir': [DIED],
  'K6-affinity': [STARTING],
  'K6-badname': [STARTING],
  'K6-cpu': [STARTING],
  'K6-envkey': [STARTING],
  'K6-init': [STARTING],
  'K6-mempressure': [STARTING],
  'K6-mempressure-rejected': [STARTING],
  'K6-never': [STARTING],
  'K6-nocmd': [STARTING],
  'K6-nokey': [STARTING],
  'K6-nonroot': [STARTING],
  'K6-nosecret': [STARTING],
  'K6-outofcpu': [STARTING],
  'K6-prio': [STARTING],
  'K6-psa': [STARTING],
  'K6-pull': [STARTING],
  'K6-pvc': [STARTING],
  'K6-quota': [STARTING],
  'K6-rtc': [STARTING],
  'K6-sa': [STARTING],
  'K6-secretquota': [STARTING],
  'K6-startup': [STARTING],
  'K7-normal': [DONE, DONE],
  'K7-deaf-sidecar': [DONE, DONE],
  'K7-sidecar-exits': [BUSY, BUSY, DONE, DONE],
  'K7-sidecar-oom': [BUSY, BUSY, BUSY],
  'K7-startup-never': [STARTING, STARTING],
  'K7-startup-crash': [STARTING],
  'K7-busy-dropped': [BUSY, DONE],
  // A persistent row stays, `active` for 10 s after its task.
  'K8-busy-dropped': ['active/-', 'active/-', 'active/->idle/-'],
  'K8-idle-dropped': [IDLE],
  'K8-evicted': ['active/-', 'active/-', 'active/-'],
  // Credentials that Forgejo does not know.
  'K8-crashloop': ['absent/-'],
  // The kubelet was stopped, not the runner: its task ended at 23:21:03.
  'K9-node-lost': [BUSY, BUSY, DONE, DONE, DONE],
  // The Pod was removed by force while the runner lived on.
  'K9-node-lost-dropped': [BUSY, BUSY, BUSY],
  // The node object was deleted while the runner lived on.
  'K9-node-deleted': [BUSY, BUSY],
  'K10-deadline': [BUSY, BUSY, DONE, DONE, DONE],
  'K10-pending': [STARTING, STARTING, STARTING, STARTING],
  'K11-ns-terminating': [BUSY, BUSY, DONE, DONE, DONE],
  'K11-finalize-late': [`kd1-done=${DONE} kd1-idle=${IDLE}`, `kd1-done=${DONE} kd1-idle=idle/->offline/-`],
  'K11-nsrule': [BUSY, DONE],
  'K12-secret-deleted': [IDLE, IDLE],
  // Two runners on one registration, one after the other.
  'K12-job-deleted': [IDLE, IDLE, IDLE],
  'K12-job-deleted-foreground': [IDLE, IDLE],
  'K12-idle-pod-deleted': [IDLE],
  'K12-busy-job-deleted': [BUSY, BUSY, BUSY, DONE],
  'K12-busy-pod-deleted': [BUSY, DONE],
  'K14-pool-deleted': [
    `k14d-busy=${BUSY} k14d-idle=${IDLE}`,
    `k14d-busy=${BUSY} k14d-idle=${IDLE}`,
    `k14d-busy=${BUSY} k14d-idle=${IDLE}`,
    `k14d-busy=${DONE} k14d-idle=${IDLE}`,
    `k14d-busy=${DONE} k14d-idle=idle/->offline/-`,
    `k14d-busy=${DONE} k14d-idle=idle/->offline/-`,
  ],
  'K14-pool-deleted-foreground': [
    `k14b-busy=${BUSY} k14b-idle=${IDLE}`,
    `k14b-busy=${BUSY} k14b-idle=${IDLE}`,
    `k14b-busy=${BUSY} k14b-idle=${IDLE}`,
    `k14b-busy=${DONE} k14b-idle=idle/->offline/-`,
  ],
  'K14-pool-deleted-orphan': [`k14c-busy=${BUSY} k14c-idle=${IDLE}`, `k14c-busy=${DONE} k14c-idle=${IDLE}`],
  'K18-term-lost': [IDLE],
  'sync-warm-idle': [IDLE],
};

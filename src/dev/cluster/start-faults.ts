/** What a container that does not start shows, turn by turn (facts measured, section 5). */
import { faultOf, type PodFault } from './faults.ts';
import type { PodSpec } from './objects.ts';

export interface WaitingTurn {
  readonly reason: string;
  readonly message?: string;
  readonly ms: number;
}

/** Timers of Node hold 2^31 - 1 ms at most: "for ever" of a simulation. */
export const FOREVER_MS = 2 ** 31 - 1;
/** From a pull's failure to the kubelet's next look at the Pod, which finds it in back-off. */
const PULL_FAILED_MS = 12_000;
const FIRST_PULL_BACK_OFF_MS = 10_000;
const LONGEST_PULL_BACK_OFF_MS = 300_000;

function* pullTurns(image: string, forMs: number): Generator<WaitingTurn> {
  const failure = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": not found`;
  const backOff = `Back-off pulling image "${image}": ErrImagePull: ${failure}`;
  let leftMs = forMs;
  for (let pulls = 0; leftMs > 0; pulls += 1) {
    const backOffMs = Math.min(FIRST_PULL_BACK_OFF_MS * 2 ** pulls, LONGEST_PULL_BACK_OFF_MS);
    yield { reason: 'ErrImagePull', message: failure, ms: Math.min(PULL_FAILED_MS, leftMs) };
    if (leftMs > PULL_FAILED_MS) yield { reason: 'ImagePullBackOff', message: backOff, ms: Math.min(backOffMs, leftMs - PULL_FAILED_MS) };
    leftMs -= PULL_FAILED_MS + backOffMs;
  }
}

/** Without a fault there is no turn; after the last one the container starts. */
export function* waitingTurns(faults: readonly PodFault[], spec: PodSpec): Generator<WaitingTurn> {
  const waiting = faultOf(faults, 'waiting');
  if (waiting !== undefined) {
    const message = waiting.message === undefined ? {} : { message: waiting.message };
    yield { reason: waiting.reason, ...message, ms: waiting.forMs ?? FOREVER_MS };
  }
  const pull = faultOf(faults, 'imagePullFails');
  if (pull !== undefined) yield* pullTurns(spec.containers[0]?.image ?? '', pull.forMs ?? FOREVER_MS);
}

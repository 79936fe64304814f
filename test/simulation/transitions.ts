/**
 * How the phase of one runner may change from one decision to the next. The world of the simulation is late, torn and wrong
 * in every way that was measured, so most lines are no step of a plan but what a decision sees next: an informer that is ahead
 * of another, a list that is older than an end, a replica that has not been called for a while. A transition that is not
 * here is a bug, or a line that is missing.
 */
import type { Phase } from '../../src/pool/model.ts';

interface Expected {
  readonly from: Phase | 'none';
  readonly to: readonly Phase[];
  readonly because: string;
}

const EXPECTED: readonly Expected[] = [
  { from: 'none', to: ['starting'], because: 'its registration was made a moment ago' },
  { from: 'none', to: ['issued'], because: 'its credentials are another process’s, or lost' },
  { from: 'none', to: ['detached'], because: 'its Secret was deleted by hand before anybody saw it' },
  { from: 'none', to: ['draining'], because: 'its Pod is the first that is seen of it' },

  { from: 'none', to: ['idle'], because: 'it has declared itself before anybody decided again' },
  { from: 'none', to: ['ended'], because: 'its credentials are in memory, and all else was deleted before anybody saw it' },
  { from: 'none', to: ['finishing'], because: 'it was made and ended while nobody looked' },

  { from: 'issued', to: ['starting'], because: 'its Secret has arrived' },
  { from: 'issued', to: ['idle', 'busy'], because: 'it reports to Forgejo before its Job and its Pod show' },
  { from: 'issued', to: ['detached'], because: 'its workload shows, and its Secret was deleted by hand' },
  { from: 'issued', to: ['stray', 'inUse'], because: 'its Secret never arrived: nobody runs with it, or somebody does' },
  { from: 'issued', to: ['draining', 'finishing', 'ended'], because: 'its objects show up late, or never, and it is over' },

  { from: 'starting', to: ['idle', 'busy'], because: 'it has declared itself, or has a task' },
  { from: 'starting', to: ['finishing'], because: 'it ended before anybody saw it at work' },
  { from: 'starting', to: ['stuck'], because: 'it has not started in time' },
  { from: 'starting', to: ['stopping'], because: 'its job is gone, or it is more than is wanted' },
  { from: 'starting', to: ['draining'], because: 'its Pod is deleted, or seen before its workload' },
  { from: 'starting', to: ['issued'], because: 'a new process does not hold its credentials' },
  { from: 'starting', to: ['ended'], because: 'its workload was deleted before it had a Pod' },
  { from: 'starting', to: ['stray'], because: 'its Secret was deleted by hand, and nothing ever ran' },
  { from: 'starting', to: ['lost'], because: 'its Pod was deleted on a lost node while nobody could decide' },
  { from: 'starting', to: ['failed'], because: 'its Secret or its workload was refused' },
  { from: 'starting', to: ['deregistered'], because: 'its registration was deleted by hand' },
  { from: 'starting', to: ['detached'], because: 'its Secret was deleted by hand' },

  { from: 'stuck', to: ['finishing'], because: 'it ended as it was given up' },
  { from: 'stuck', to: ['busy'], because: 'it started at the last moment' },
  { from: 'stuck', to: ['draining', 'stopping', 'ended'], because: 'it is stopped' },

  { from: 'idle', to: ['busy'], because: 'it took a task' },
  { from: 'idle', to: ['stopping', 'draining'], because: 'it is more than is wanted, outdated, or evicted' },
  { from: 'idle', to: ['finishing'], because: 'it ended: killed, or its task was short' },
  { from: 'idle', to: ['starting'], because: 'its container is started again' },
  { from: 'idle', to: ['ended'], because: 'its workload and its Pod went between two decisions' },
  { from: 'idle', to: ['silent'], because: 'it has not been heard of for longer than an outage explains' },
  { from: 'idle', to: ['deregistered'], because: 'its registration was deleted by hand' },
  { from: 'idle', to: ['detached'], because: 'its Secret was deleted by hand' },

  { from: 'silent', to: ['idle', 'busy'], because: 'it is heard of again' },
  { from: 'silent', to: ['detached'], because: 'its Secret was deleted by hand' },
  { from: 'starting', to: ['inUse'], because: 'its Secret, its workload and its Pod were deleted by hand as it began to report' },
  { from: 'silent', to: ['draining', 'finishing', 'stopping'], because: 'it is stopped, or has ended' },

  { from: 'deregistered', to: ['draining', 'stopping', 'ended'], because: 'it is stopped: nothing can run on it' },

  { from: 'busy', to: ['finishing'], because: 'its task has ended, or it died' },
  { from: 'busy', to: ['idle'], because: 'a persistent one has ended its task' },
  {
    from: 'busy',
    to: ['starting'],
    because: 'the container of a persistent one is started again, or an assigned one reads idle for want of reports',
  },
  { from: 'busy', to: ['draining'], because: 'its Pod is deleted: the shield lets the task end' },
  { from: 'busy', to: ['stopping'], because: 'a persistent one is stopped with the pool, and ends after its task' },
  { from: 'busy', to: ['ended'], because: 'its workload and its Pod went between two decisions' },
  { from: 'busy', to: ['deregistered'], because: 'its registration was deleted by hand' },
  { from: 'busy', to: ['inUse', 'stray'], because: 'its Secret, its workload and its Pod were deleted by hand' },
  { from: 'busy', to: ['detached'], because: 'its Secret was deleted by hand' },

  { from: 'detached', to: ['finishing', 'draining', 'stopping'], because: 'its Pod ends, is deleted, or is stopped' },
  { from: 'detached', to: ['starting', 'idle', 'busy'], because: 'its Secret was only late' },
  { from: 'detached', to: ['completed'], because: 'its Job says that its task has ended' },
  { from: 'detached', to: ['deregistered'], because: 'a persistent one whose registration is gone, too' },
  { from: 'detached', to: ['ended', 'failed', 'inUse'], because: 'its workload went too' },

  {
    from: 'finishing',
    to: ['completed', 'cancelled', 'idleExit', 'failed'],
    because: 'a list that was read after its end tells how it ended',
  },
  { from: 'finishing', to: ['ended'], because: 'its workload is gone with all that could tell how it ended' },
  { from: 'finishing', to: ['issued', 'inUse', 'stray'], because: 'its Secret and its workload are gone before its registration' },
  {
    from: 'finishing',
    to: ['draining', 'detached', 'stopping'],
    because: 'a late informer shows another Pod of it, or its workload again',
  },
  { from: 'finishing', to: ['starting', 'busy', 'idle'], because: 'a persistent one is started again, or was only not seen for a while' },

  { from: 'draining', to: ['finishing'], because: 'its container has ended' },
  { from: 'draining', to: ['ended'], because: 'its Pod is gone' },
  { from: 'draining', to: ['lost'], because: 'its Pod can not run any more, and nobody says so' },
  { from: 'draining', to: ['starting', 'idle', 'busy'], because: 'its workload is seen at last, or a Deployment has a new Pod for it' },
  { from: 'draining', to: ['issued', 'inUse', 'stray'], because: 'its Pod is gone, and its Secret went before' },
  { from: 'draining', to: ['stopping'], because: 'its workload is seen again, and it was stopped' },
  { from: 'draining', to: ['failed'], because: 'its Pod never started, and its Secret is gone' },
  { from: 'draining', to: ['detached'], because: 'its workload is seen at last, and its Secret was deleted by hand' },

  { from: 'stopping', to: ['draining'], because: 'its workload is gone and its Pod runs out its grace' },
  { from: 'stopping', to: ['finishing', 'ended'], because: 'nothing of it runs any more' },
  { from: 'stopping', to: ['starting'], because: 'another replica has not heard that it was stopped' },
  { from: 'stopping', to: ['failed'], because: 'it was refused before it could start' },
  { from: 'stopping', to: ['inUse', 'stray'], because: 'nothing of it is seen any more but its registration' },

  { from: 'ended', to: ['stray', 'inUse', 'issued'], because: 'its Secret is gone, and its registration is not' },
  { from: 'ended', to: ['busy', 'idle', 'starting'], because: 'its workload was only not seen yet' },
  { from: 'ended', to: ['completed', 'cancelled', 'failed', 'idleExit'], because: 'its Job says how it ended after all' },
  { from: 'ended', to: ['deregistered'], because: 'its registration was deleted by hand' },
  { from: 'ended', to: ['detached'], because: 'its workload is seen at last, and its Secret was deleted by hand' },
  { from: 'ended', to: ['draining', 'finishing', 'stopping'], because: 'a late informer shows a Pod or the workload of it after all' },

  { from: 'failed', to: ['finishing', 'draining', 'ended'], because: 'its Job is gone, or another Pod of it shows up' },
  { from: 'failed', to: ['issued', 'inUse', 'stray'], because: 'its Secret and its Job are gone before its registration' },
  { from: 'failed', to: ['starting', 'stopping'], because: 'its Secret was only late' },
  { from: 'failed', to: ['idleExit'], because: 'what it may have held turned out to be another’s' },

  { from: 'idleExit', to: ['failed'], because: 'an answer says that it holds a task: its fetch was lost' },
  { from: 'idleExit', to: ['completed', 'ended', 'finishing'], because: 'its registration is gone, or its Job with what it said' },
  { from: 'idleExit', to: ['starting'], because: 'another replica has not seen it end yet' },
  { from: 'idleExit', to: ['issued'], because: 'its Secret is gone before its registration' },

  { from: 'completed', to: ['finishing', 'idleExit'], because: 'another replica reads an older list' },
  {
    from: 'completed',
    to: ['starting', 'issued', 'inUse', 'draining', 'ended', 'detached'],
    because: 'its registration was only absent from a list, and its Job is gone',
  },
  { from: 'cancelled', to: ['finishing'], because: 'another replica reads an older list' },
  { from: 'cancelled', to: ['ended'], because: 'its Job is gone with what it said' },

  { from: 'lost', to: ['ended', 'draining'], because: 'its Pod is gone after all, or it was heard of again' },
  { from: 'lost', to: ['stray'], because: 'its Pod is gone after all, and its registration is not' },

  { from: 'stray', to: ['ended'], because: 'its registration is gone' },
  { from: 'stray', to: ['issued'], because: 'a new process does not know Forgejo’s clock yet, and takes it for young' },
  { from: 'stray', to: ['starting', 'inUse', 'draining'], because: 'its objects, or its runner, show up after all' },
  { from: 'inUse', to: ['issued'], because: 'a new process learns of Forgejo’s clock, and with it of the age of a registration' },
  { from: 'inUse', to: ['stray'], because: 'nobody runs with it any more' },
  { from: 'none', to: ['busy', 'stray'], because: 'it took its task, or lost all but its row, before anybody decided again' },
  { from: 'stuck', to: ['starting', 'idle'], because: 'it was started at last, or another replica had not heard that it was given up' },
  { from: 'stopping', to: ['busy', 'idle', 'issued'], because: 'another replica has not heard that it was stopped' },
  { from: 'completed', to: ['stray'], because: 'its registration was only absent from a list, and all else is gone' },
  { from: 'idleExit', to: ['inUse', 'draining'], because: 'its Secret is gone before its registration, or another Pod of it shows' },
  { from: 'draining', to: ['idleExit'], because: 'its Job says how it ended' },
  { from: 'lost', to: ['finishing'], because: 'its Pod has ended after all' },
  { from: 'inUse', to: ['ended'], because: 'its registration is gone' },
  { from: 'idle', to: ['inUse'], because: 'its Secret, its workload and its Pod were deleted by hand' },
  { from: 'detached', to: ['issued'], because: 'its workload went, and another replica does not know its credentials' },
  { from: 'issued', to: ['stopping'], because: 'it was stopped before its Job and its Pod showed' },
  { from: 'starting', to: ['silent'], because: 'it has not been heard of since its first report' },
  { from: 'busy', to: ['issued'], because: 'its Secret, its workload and its Pod were deleted by hand while it was young' },
  { from: 'silent', to: ['starting'], because: 'it was heard of again before its job was' },
  { from: 'idle', to: ['issued'], because: 'its Secret, its workload and its Pod are gone while its registration is young' },
  { from: 'inUse', to: ['draining'], because: 'its Pod shows up after all' },
  { from: 'failed', to: ['detached'], because: 'a late informer shows its workload without its Secret' },
  { from: 'draining', to: ['completed', 'cancelled'], because: 'its Job says how it ended' },
  { from: 'draining', to: ['deregistered'], because: 'its workload is seen at last, and its registration is gone' },
  { from: 'stopping', to: ['detached'], because: 'another replica has not heard that it was stopped, and its Secret was deleted by hand' },
  { from: 'stuck', to: ['detached'], because: 'its Secret was deleted by hand' },
  { from: 'idleExit', to: ['stray'], because: 'its Secret and its Job are gone long before its registration' },
];

/**
 * Those that take several troubles at the same moment: two thousand runs showed each fewer than five times, and another two
 * thousand may miss it. Every simulation of full length must show all the others.
 */
const RARE: Readonly<Partial<Record<Expected['from'], readonly Phase[]>>> = {
  none: ['detached', 'idle', 'ended', 'finishing', 'busy', 'stray'],
  issued: ['idle', 'busy', 'detached', 'finishing', 'stopping'],
  starting: ['stray', 'lost', 'silent', 'inUse'],
  stuck: ['finishing', 'busy', 'idle', 'detached'],
  idle: ['ended', 'inUse', 'issued'],
  silent: ['idle', 'busy', 'starting', 'detached'],
  deregistered: ['ended'],
  busy: ['ended', 'inUse', 'stray', 'issued'],
  detached: ['idle', 'completed', 'deregistered', 'ended', 'failed', 'inUse', 'issued'],
  finishing: ['idle'],
  draining: ['idle', 'stopping', 'failed', 'idleExit', 'completed', 'cancelled', 'deregistered'],
  stopping: ['failed', 'inUse', 'stray', 'busy', 'idle', 'issued', 'detached'],
  ended: ['busy', 'idle', 'completed', 'cancelled', 'failed', 'idleExit', 'deregistered', 'detached', 'finishing', 'stopping'],
  failed: ['issued', 'inUse', 'stray', 'starting', 'stopping', 'detached'],
  idleExit: ['failed', 'finishing', 'starting', 'inUse', 'draining', 'stray'],
  completed: ['idleExit', 'starting', 'issued', 'inUse', 'draining', 'ended', 'detached', 'stray'],
  cancelled: ['finishing', 'ended'],
  lost: ['draining', 'stray', 'finishing'],
  stray: ['issued', 'inUse', 'draining'],
  inUse: ['issued', 'ended', 'draining'],
};

/** `before>after` -> why. */
export const TRANSITIONS: Readonly<Record<string, string>> = Object.fromEntries(
  EXPECTED.flatMap(({ from, to, because }) => to.map((after) => [`${from}>${after}`, because])),
);

export const RARE_TRANSITIONS: ReadonlySet<string> = new Set(
  Object.entries(RARE).flatMap(([from, to]) => to.map((after) => `${from}>${after}`)),
);

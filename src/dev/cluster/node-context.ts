/** What the life of a Pod has to do with. */
import type { Disruptor } from './disruptions.ts';
import type { PodFault } from './faults.ts';
import type { ProcessMain } from './process.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';

export interface NodeContext {
  readonly store: Store;
  readonly tasks: Tasks;
  readonly main: ProcessMain;
  readonly disruptor: Disruptor;
  readonly faults: readonly PodFault[];
  /** Told of every fault when it takes effect. */
  readonly struck: (kind: PodFault['kind']) => void;
}

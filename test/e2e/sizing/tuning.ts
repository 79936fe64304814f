/** How Metacontroller is started for a measurement. */
import { shippedArguments } from '../controller/metacontroller.ts';

export type Tuning = 'its defaults' | 'as shipped' | 'without a limit';

const RATES = /^--(client-go-qps|client-go-burst|workers|discovery-interval|events-qps|events-burst)=/;

/** The label selector and the log level as shipped, since neither has to do with speed. */
export function argumentsFor(tuning: Tuning): readonly string[] {
  const rest = shippedArguments().filter((argument) => !RATES.test(argument));
  if (tuning === 'its defaults') return rest;
  const strategy = '--apply-strategy=server-side-apply';
  if (tuning === 'as shipped') return [...shippedArguments(), strategy];
  return [...rest, strategy, '--client-go-qps=5000', '--client-go-burst=10000', '--workers=50'];
}

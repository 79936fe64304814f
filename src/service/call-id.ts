/**
 * Which hook call a line of the log belongs to, from the route to each request at Forgejo, without a parameter through every
 * function between. A read that several calls share is that of the call that began it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

const calls = new AsyncLocalStorage<string>();

/** Undefined outside of a call. */
export function currentCallId(): string | undefined {
  return calls.getStore();
}

export function inCall<T>(id: string, task: () => T): T {
  return calls.run(id, task);
}

/** Ids of our own, told apart between replicas and restarts: what a caller sends never gets into the log. */
export function createCallIds(): () => string {
  const prefix = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count}`;
  };
}

/**
 * The hooks without HTTP and without text: what Metacontroller would send is frozen, so that it can be shared, and what it
 * would read is copied where it is not.
 */

import type { HookReply, Operator } from '../hooks/reply.ts';
import type { HookCall } from './cluster/hook-caller.ts';
import { deepFreeze } from './deep-freeze.ts';
import { jsonValue } from './json-value.ts';

/** An operator that changed its input would throw. */
export function directHooks(operator: Operator): HookCall {
  return async (hook, body) => {
    const reply = await call(operator, hook, deepFreeze(body));
    const headers: Record<string, string> = reply.retryAfterSeconds === undefined ? {} : { 'retry-after': String(reply.retryAfterSeconds) };
    return { status: reply.status, headers, json: jsonValue(reply.body) };
  };
}

async function call(operator: Operator, hook: Parameters<HookCall>[0], body: unknown): Promise<HookReply> {
  switch (hook) {
    case 'sync':
      return operator.sync(body);
    case 'finalize':
      return operator.finalize(body);
    case 'customize':
      return operator.customize(body);
  }
}

/** The hooks without HTTP: what Metacontroller would send and receive, as text, so that nothing is shared by reference. */
import type { HookReply, Operator } from '../hooks/reply.ts';
import type { HookCall } from './cluster/hook-caller.ts';

export function directHooks(operator: Operator): HookCall {
  return async (hook, body) => {
    const reply = await call(operator, hook, JSON.parse(JSON.stringify(body)));
    const headers: Record<string, string> = reply.retryAfterSeconds === undefined ? {} : { 'retry-after': String(reply.retryAfterSeconds) };
    return { status: reply.status, headers, body: JSON.stringify(reply.body) };
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

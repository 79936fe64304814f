/** What the hooks answer, before it becomes HTTP. */
import type { HookAnswer } from './answer.ts';
import type { CustomizeAnswer } from './customize.ts';

/** A body that Metacontroller acts on (200), or the reason of a refusal, which it shows in an event: never a secret. */
export interface HookReply {
  readonly status: number;
  /** With 429: whole seconds, at least 1. Metacontroller calls again at once and for ever without it. */
  readonly retryAfterSeconds?: number;
  readonly body: HookAnswer | CustomizeAnswer | { readonly error: string };
}

/** The three hooks as plain functions of a parsed JSON body. */
export interface Operator {
  sync(body: unknown): Promise<HookReply>;
  finalize(body: unknown): Promise<HookReply>;
  customize(body: unknown): HookReply;
}

/** 400: the body is not what this service was made for; `reason` names the field, never its value. */
export function refused(reason: string): HookReply {
  return { status: 400, body: { error: reason } };
}

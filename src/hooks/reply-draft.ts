/** An answer before its last check, and how it becomes a reply. */
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { type RunnerPoolStatus, RunnerPoolStatusSchema } from '../api/status.ts';
import type { Instant } from '../pool/instant.ts';
import type { Previous } from '../pool/status.ts';
import { checkAnswer } from './answer.ts';
import type { DecodedRequest } from './decode.ts';
import type { Decided } from './observer.ts';
import type { HookReply } from './reply.ts';

export interface Draft {
  readonly status: RunnerPoolStatus;
  readonly children: readonly object[];
  /** As `childKey`: what must be among the children. */
  readonly mustKeep: ReadonlySet<string>;
  /** When the next call is wanted, in the time of `now`; null: when something changes. */
  readonly wakeAt: Instant | null;
  /** When the answer leaves: what the effects took must not put the next call off. */
  readonly now: Instant;
  /** What it was made from, for the observers; null: nothing was decided. */
  readonly decided: Decided | null;
  readonly finalized?: boolean;
}

/** A timer that fires at once would be a hot loop. */
const SOONEST_SECONDS = 0.1;

/** Throws an AnswerError when the draft may not leave. */
export function replyOf(draft: Draft, hook: 'sync' | 'finalize', decoded: DecodedRequest): HookReply {
  const answer = {
    status: draft.status,
    children: draft.children,
    ...(draft.wakeAt === null ? {} : { resyncAfterSeconds: Math.max(SOONEST_SECONDS, Math.round(draft.wakeAt - draft.now) / 1000) }),
    ...(draft.finalized === undefined ? {} : { finalized: draft.finalized }),
  };
  const rules = { hook, pool: decoded.pool, observed: decoded.childKeys, mustKeep: draft.mustKeep };
  return { status: 200, body: checkAnswer(answer, rules) };
}

const statusCheck = TypeCompiler.Compile(RunnerPoolStatusSchema);

export function previousOf(decoded: DecodedRequest): Previous {
  return {
    conditions: decoded.previousConditions,
    status: () => (statusCheck.Check(decoded.rawStatus) ? decoded.rawStatus : {}),
  };
}

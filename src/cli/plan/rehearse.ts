/** One sync or finalize with the operator's own decisions, and with effects that are only imagined to succeed. */

import type { RunnerPoolStatus } from '../../api/status.ts';
import type { ValidSpec } from '../../api/validate.ts';
import { cacheName } from '../../children/cache/cache-identity.ts';
import type { RenderAssets } from '../../children/input.ts';
import { childrenOfFinalize, childrenOfSync } from '../../hooks/children.ts';
import type { DecodedRequest } from '../../hooks/decode.ts';
import { previousFor } from '../../hooks/identity.ts';
import { previousOf } from '../../hooks/reply-draft.ts';
import { findings } from '../../pool/conditions.ts';
import { type FinalizePlan, isLostForGood, planFinalize } from '../../pool/finalize.ts';
import { type Judged, judge } from '../../pool/judge.ts';
import type { Effect, Outcome, World } from '../../pool/model.ts';
import { type Plan, plan } from '../../pool/plan.ts';
import { settle } from '../../pool/settle.ts';
import { renderStatus } from '../../pool/status.ts';

/** Stands for every secret that a real answer would hold. */
export const REDACTED = 'redacted';
/** Above any id that a server of today has given. */
const FIRST_ID = 900_000_001;

export interface Rehearsal {
  readonly world: World;
  readonly slots: readonly Judged[];
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly children: readonly object[];
  readonly status: RunnerPoolStatus;
  /** When the next call would come, in the time of `world.now`. */
  readonly nextCallAt: number;
  /** Null in a sync. */
  readonly finalized: boolean | null;
}

export function rehearse(world: World, decoded: DecodedRequest, { spec, warnings }: ValidSpec, assets: RenderAssets): Rehearsal {
  const slots = judge(world);
  const finalizing = decoded.finalizing || world.pool.deletionAt !== null;
  const end = finalizing ? planEnd(world, slots, decoded) : null;
  const made = end ?? plan(world, slots);
  const outcomes = made.effects.map((effect, index) => imagined(effect, slots, FIRST_ID + index, world.now));
  const settled = settle(world, slots, made, outcomes);
  const input = {
    decoded,
    spec,
    assets,
    intents: settled.children,
    tokenOf: () => REDACTED,
    newCacheSecret: spec.cache?.server !== undefined && !decoded.raw.secrets.has(cacheName(world.pool)) ? REDACTED : null,
  };
  const children = finalizing
    ? childrenOfFinalize(
        input,
        slots.some((slot) => !isLostForGood(slot)),
      )
    : childrenOfSync(input);
  const previous = previousFor(spec, previousOf(decoded));
  return {
    world,
    slots,
    plan: made,
    outcomes,
    children,
    status: renderStatus(world, made, settled, findings(world, made, settled, finalizing, warnings), previous),
    nextCallAt: Math.min(world.forgejo.nextReadAt, made.wakeAt ?? Number.POSITIVE_INFINITY),
    finalized: end?.finalized ?? null,
  };
}

function planEnd(world: World, slots: readonly Judged[], { raw }: DecodedRequest): FinalizePlan {
  const observesChildren = [raw.secrets, raw.configMaps, raw.workloads, raw.poolObjects].some(({ size }) => size > 0);
  return planFinalize(world, slots, { observesChildren, withoutTokenSince: null, scopeGoneSince: null });
}

/** As it goes when Forgejo does what it is asked; a question is answered with no. */
function imagined(effect: Effect, slots: readonly Judged[], id: number, now: number): Outcome {
  switch (effect.kind) {
    case 'register':
      return {
        kind: 'registered',
        effect,
        registration: { id, uuid: `00000000-0000-4000-9000-${String(id).padStart(12, '0')}` },
        issuedAt: now,
      };
    case 'ask':
      return { kind: 'asked', effect, holds: false, at: now };
    case 'report':
      return { kind: 'reported', effect };
    case 'deregister': {
      const status = slots.find(({ key }) => key === effect.runner)?.row?.status ?? 'offline';
      const free = status !== 'active' && effect.whenStatus.includes(status);
      return free ? { kind: 'deregistered', effect } : { kind: 'spared', effect, status };
    }
  }
}

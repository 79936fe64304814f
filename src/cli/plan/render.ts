/** A rehearsal as a person reads it, as a script does, and as manifests. */
import { stringify } from 'yaml';
import { scopeOf, scopeText } from '../../api/scope.ts';
import { isObject, type JsonObject } from '../../children/json.ts';
import type { DecodedRequest } from '../../hooks/decode.ts';
import { wordsForFailure } from '../../pool/failure-words.ts';
import { rfc3339 } from '../../pool/instant.ts';
import { type ComparedChildren, compareChildren, keyOf } from './compare-children.ts';
import { REDACTED, type Rehearsal } from './rehearse.ts';
import { tellConditions } from './tell-conditions.ts';
import { tellEffect } from './tell-effects.ts';
import { type ToldJob, tellJobs } from './tell-jobs.ts';
import { type ToldSlot, tellSlots } from './tell-slots.ts';

export interface Told {
  readonly rehearsal: Rehearsal;
  readonly decoded: DecodedRequest;
  /** What was taken for granted, one sentence each. */
  readonly assumptions: readonly string[];
}

export function renderPlanText({ rehearsal, decoded, assumptions }: Told): string {
  const { world, slots, plan, status } = rehearsal;
  const compared = compareChildren(rehearsal.children, decoded);
  return [
    ...head(rehearsal),
    '',
    ...section('Assumed', assumptions),
    ...forgejoSection(rehearsal),
    ...section('Queue', tellJobs(world, slots, plan).map(jobLine)),
    ...section('Runners', tellSlots(plan, rehearsal.outcomes).flatMap(slotLines)),
    ...section('Asked of Forgejo', plan.effects.map(tellEffect)),
    ...section('Children', childLines(compared)),
    ...section('Conditions', tellConditions(status.conditions ?? [])),
    nextLine(rehearsal),
    '',
  ].join('\n');
}

export function renderPlanJson({ rehearsal, decoded, assumptions }: Told): string {
  const { world, slots, plan, status, nextCallAt, finalized } = rehearsal;
  const { pool, limits, spec } = world;
  const value = {
    pool: { namespace: pool.namespace, name: pool.name, mode: spec.mode, scope: scopeText(scopeOf(spec.forgejo)) },
    at: rfc3339(world.clusterNow),
    limits: { minRunners: limits.minRunners, maxRunners: limits.maxRunners, schedules: limits.open },
    assumptions,
    queue: tellJobs(world, slots, plan),
    runners: tellSlots(plan, rehearsal.outcomes),
    effects: plan.effects.map((effect) => ({ kind: effect.kind, says: tellEffect(effect) })),
    children: compareChildren(rehearsal.children, decoded),
    status,
    nextCallAt: rfc3339(nextCallAt),
    ...(finalized === null ? {} : { finalized }),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One document for each child of the answer, with a comment that says what is new about it. */
export function renderPlanYaml({ rehearsal, decoded }: Told): string {
  const { created, changed } = compareChildren(rehearsal.children, decoded);
  return rehearsal.children
    .map((child) => {
      const key = keyOf(child);
      const word = created.includes(key) ? 'created' : changed.includes(key) ? 'changed' : 'kept';
      return `---\n# ${word}\n${stringify(redacted(child), { lineWidth: 0, aliasDuplicateObjects: false })}`;
    })
    .join('');
}

/** Values of Secrets, also where `kubectl apply` keeps a copy; nothing else that we render or keep holds one. */
function redacted(child: object): object {
  const object: JsonObject = isObject(child) ? child : {};
  if (object['kind'] !== 'Secret') return child;
  const metadata: JsonObject = isObject(object['metadata']) ? object['metadata'] : {};
  return {
    ...object,
    metadata: { ...metadata, ...hidden(metadata, 'annotations', (key) => key.endsWith(LAST_APPLIED)) },
    ...hidden(object, 'data'),
    ...hidden(object, 'stringData'),
  };
}

const LAST_APPLIED = '/last-applied-configuration';

/** The map in that field with its values replaced; nothing when there is none. */
function hidden(object: JsonObject, field: string, isSecret: (key: string) => boolean = () => true): JsonObject {
  const values = object[field];
  if (!isObject(values)) return {};
  return { [field]: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, isSecret(key) ? REDACTED : value])) };
}

function head({ world: { pool, spec, limits, clusterNow }, plan, finalized }: Rehearsal): readonly string[] {
  const windows = limits.open.length === 0 ? '' : `, by ${limits.open.join(', ')}`;
  return [
    `Pool ${pool.namespace}/${pool.name}, ${spec.mode}, scope ${scopeText(scopeOf(spec.forgejo))}, at ${rfc3339(clusterNow)}`,
    finalized === null
      ? `${limits.minRunners} to ${limits.maxRunners} runners${windows}; wants ${plan.desired}${plan.atMaximum ? ', and more than the maximum allows' : ''}`
      : `is being deleted: ${finalized ? 'nothing is left, it is let go' : 'waits for what is left'}`,
  ];
}

function forgejoSection({ world: { forgejo } }: Rehearsal): readonly string[] {
  if (forgejo.kind === 'answered') return [];
  return section('Forgejo', [wordsForFailure(forgejo.failure).message, 'Without it nothing is made and nothing is deleted.']);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

function jobLine({ id, name, why }: ToldJob): string {
  return `${id} "${name}": ${why}`;
}

function slotLines({ runner, kind, phase, job, row, why, fate }: ToldSlot): readonly string[] {
  const made = job === null ? '' : `, job "${job}"`;
  return [`${runner} (${kind}${made}): ${phase}`, `  because: ${why} [${row}]`, `  ${fate}`];
}

function childLines({ created, changed, kept, deleted }: ComparedChildren): readonly string[] {
  const named = (word: string, keys: readonly string[]): readonly string[] => keys.map((key) => `${word} ${key}`);
  return [...named('create', created), ...named('change', changed), ...named('delete', deleted), ...named('keep  ', kept)];
}

function nextLine({ world, plan, nextCallAt }: Rehearsal): string {
  const why = plan.wakeAt !== null && plan.wakeAt <= world.forgejo.nextReadAt ? 'something is due then' : 'the next read of the queue';
  return `Next call at ${rfc3339(nextCallAt)}: ${why}; sooner when an object changes.`;
}

/**
 * Worlds from the recorded requests. The lab's objects carry the labels of the operator but not its annotations: these are
 * added as the renderers write them, from what the recorded command line names (`--uuid`, `--handle`, `WARM`).
 */
import {
  ANNOTATION_ATTEMPT,
  ANNOTATION_HANDLE,
  ANNOTATION_ISSUED_AT,
  ANNOTATION_REGISTRATION_ID,
  ANNOTATION_REGISTRATION_UUID,
  ANNOTATION_SPEC_HASH,
  LABEL_RUNNER,
  NO_HANDLE,
} from '../../../src/api/keys.ts';
import { isObject } from '../../../src/children/json.ts';
import { decodeRequest } from '../../../src/hooks/decode.ts';
import type { SyncRequest } from '../../../src/hooks/protocol.ts';
import { objectAt, objectsAt, textAt, type WireObject } from '../../../src/hooks/wire.ts';
import { causeToRemember } from '../../../src/pool/cause.ts';
import type { QueuedJob, Registration } from '../../../src/pool/forgejo.ts';
import type { Instant } from '../../../src/pool/instant.ts';
import { rfc3339 } from '../../../src/pool/instant.ts';
import type { Judged } from '../../../src/pool/judge.ts';
import type { World } from '../../../src/pool/model.ts';
import { RECORDED_REQUESTS, recordedRequest } from '../../hooks/recordings.ts';
import { aJob, answered, aRunningJob, aWorld, remembered, SPEC_HASH } from './builders.ts';
import { FORGEJO } from './recorded-forgejo.ts';

export const MINUTE_MS = 60_000;
/** The lab's stand-ins for a runner name no registration. */
const STAND_IN_UUID = '11111111-2222-3333-4444-555555555555';

export interface Recording {
  /** `K3-busy-dropped`. */
  readonly family: string;
  readonly name: string;
  readonly request: SyncRequest;
  /** What Forgejo had by runner, at the time of the request and a minute later. */
  readonly forgejo: ReadonlyMap<string, { readonly now: string; readonly later: string }>;
  /** Just after the newest time that the request or an earlier one of its family names. */
  readonly now: Instant;
  readonly runners: ReadonlyMap<string, RecordedRunner>;
}

interface RecordedRunner {
  readonly name: string;
  readonly id: number;
  readonly uuid: string;
  readonly handle: string | null;
  readonly issuedAt: Instant;
}

/** Every recorded request, family by family, in the order in which they came. */
export function recordings(): readonly Recording[] {
  const families = Map.groupBy(RECORDED_REQUESTS, (name) => name.replace(/-\d+$/, ''));
  return [...families].flatMap(([family, names]) => {
    const requests = names.toSorted((a, b) => numberOf(a) - numberOf(b)).map((name) => ({ name, request: recordedRequest(name) }));
    const runners = runnersOf(requests.map(({ request }) => request));
    const words = FORGEJO[family];
    if (words?.length !== requests.length) throw new Error(`${family}: ${requests.length} requests, ${words?.length} words of Forgejo`);
    let now = 0;
    return requests.map(({ name, request }, index): Recording => {
      now = Math.max(now, newestTime(request) + 1000);
      return { family, name, request, now, runners, forgejo: forgejoWords(words[index] ?? '', [...runners.keys()]) };
    });
  });
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0]);
}

function forgejoWords(text: string, runners: readonly string[]): Recording['forgejo'] {
  if (text === '-') return new Map();
  const named = text.includes('=') ? text.split(' ').map((part) => part.split('=')) : runners.map((runner) => [runner, text]);
  return new Map(
    named.map(([runner = '', word = '']) => {
      const [now = '', later = now] = word.split('>');
      return [runner, { now, later }];
    }),
  );
}

// ------------------------------------------------------------------------------------------------------------ the recorded

function runnersOf(requests: readonly SyncRequest[]): ReadonlyMap<string, RecordedRunner> {
  const objects = Map.groupBy(requests.flatMap(runnerObjects), runnerOf);
  const names = [...objects.keys()].toSorted();
  return new Map(names.map((name, index) => [name, recordedRunner(name, index + 1, objects.get(name) ?? [])]));
}

function recordedRunner(name: string, id: number, objects: readonly WireObject[]): RecordedRunner {
  const times = objects.map((object) => Date.parse(textAt(objectAt(object, 'metadata'), 'creationTimestamp') ?? ''));
  const containers = objects.flatMap((object) => {
    const spec = objectAt(object, 'spec');
    return [...objectsAt(spec, 'containers'), ...objectsAt(objectAt(objectAt(spec, 'template'), 'spec'), 'containers')];
  });
  const runner = containers.find((container) => container['name'] === 'runner') ?? {};
  const command = [runner['command'], runner['args']].flatMap((part) => (Array.isArray(part) ? part.map(String) : []));
  const takesAny = objectsAt(runner, 'env').some((variable) => variable['name'] === 'WARM') || command.includes('daemon');
  return {
    name,
    id,
    uuid: after(command, '--uuid') ?? STAND_IN_UUID,
    handle: takesAny ? null : (after(command, '--handle') ?? `handle-of-${name}`),
    issuedAt: Math.min(...times),
  };
}

function after(command: readonly string[], flag: string): string | null {
  return command.includes(flag) ? (command[command.indexOf(flag) + 1] ?? null) : null;
}

/** The lab's ConfigMaps carry a runner label too. */
function runnerObjects({ children, related }: SyncRequest): readonly WireObject[] {
  return [...Object.entries(children), ...Object.entries(related)]
    .filter(([kind]) => kind !== 'ConfigMap.v1')
    .flatMap(([, objects]) => Object.values(objects))
    .filter((object) => runnerOf(object) !== '');
}

function runnerOf(object: WireObject): string {
  return textAt(objectAt(objectAt(object, 'metadata'), 'labels'), LABEL_RUNNER) ?? '';
}

/** A deletionTimestamp lies in the future by the grace: then its request counts. */
function newestTime(request: SyncRequest): Instant {
  const times: number[] = [];
  visit(request.parent);
  for (const object of runnerObjects(request)) visit(object);
  return Math.max(...times);

  function visit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isObject(value)) return;
    const grace = typeof value['deletionGracePeriodSeconds'] === 'number' ? value['deletionGracePeriodSeconds'] : 0;
    for (const [key, member] of Object.entries(value)) {
      const time = typeof member === 'string' && /^\d{4}-\d\d-\d\dT/.test(member) ? Date.parse(member) : Number.NaN;
      if (!Number.isNaN(time)) times.push(key === 'deletionTimestamp' ? time - grace * 1000 : time);
      visit(member);
    }
  }
}

/** The same request with the annotations that the operator's renderers write. */
function annotated(request: SyncRequest, runners: Recording['runners']): SyncRequest {
  const copy = structuredClone(request);
  for (const object of runnerObjects(copy)) {
    const runner = runners.get(runnerOf(object));
    const metadata = objectAt(object, 'metadata');
    if (runner === undefined) continue;
    Object.assign(metadata, {
      annotations: {
        ...objectAt(metadata, 'annotations'),
        [ANNOTATION_HANDLE]: runner.handle ?? NO_HANDLE,
        [ANNOTATION_ATTEMPT]: '1',
        [ANNOTATION_SPEC_HASH]: SPEC_HASH,
        [ANNOTATION_REGISTRATION_ID]: String(runner.id),
        [ANNOTATION_REGISTRATION_UUID]: runner.uuid,
        [ANNOTATION_ISSUED_AT]: rfc3339(runner.issuedAt),
      },
    });
  }
  return copy;
}

// --------------------------------------------------------------------------------------------------------------- the world

/** The last judgement of the pool, as the status and the process remember it. */
export interface Before {
  readonly slots: readonly Judged[];
  readonly endSeenAt: ReadonlyMap<string, Instant>;
  readonly podsSeen: ReadonlySet<string>;
}

export const NOTHING_BEFORE: Before = { slots: [], endSeenAt: new Map(), podsSeen: new Set() };

/** What is remembered of a judgement: an end counts from the request that first showed it. */
export function rememberedOf(slots: readonly Judged[], before: Before, now: Instant): Before {
  const ended = slots.filter(({ evidence }) => evidence.end !== 'none');
  const withPods = slots.filter(({ pods }) => pods.length > 0).map(({ key }) => key);
  return {
    slots,
    podsSeen: new Set([...before.podsSeen, ...withPods]),
    endSeenAt: new Map(ended.map(({ key }) => [key, before.endSeenAt.get(key) ?? now])),
  };
}

export interface Moment {
  readonly when: 'now' | 'later';
  readonly before: Before;
  readonly annotations: boolean;
}

/** The recorded objects, and Forgejo read a second ago. */
export function recordedWorld(recording: Recording, { when, before, annotations }: Moment): World {
  const { request, runners, forgejo } = recording;
  const { observed, pool, namespaceTerminating } = decodeRequest(annotations ? annotated(request, runners) : request);
  const now = recording.now + (when === 'later' ? MINUTE_MS : 0);
  const known = [...forgejo].flatMap(([name, words]) => {
    const runner = runners.get(name);
    const [row = '', handle = ''] = words[when].split('/');
    return runner === undefined ? [] : [{ runner, row, handle }];
  });
  return {
    ...aWorld({ spec: { mode: recording.family.startsWith('K8') ? 'Persistent' : 'Ephemeral' } }),
    now,
    clusterNow: now,
    pool,
    observed,
    namespaceTerminating,
    forgejo: answered({
      registrations: known.flatMap(({ runner, row }) => registration(runner, row, pool.uid)),
      jobs: known.flatMap(({ runner, handle }) => queuedJob(runner, handle)),
      registrationsReadAt: now - 1000,
      jobsReadAt: now - 1000,
      answeringSince: now - 60 * MINUTE_MS,
    }),
    memory: {
      ...aWorld().memory,
      runners: before.slots.map((slot) =>
        remembered(slot.key, { phase: slot.phase, since: slot.since, handle: slot.tags.handle, cause: causeToRemember(slot) }),
      ),
      endSeenAt: before.endSeenAt,
      podsSeen: before.podsSeen,
    },
  };
}

function registration({ name, id, uuid, handle, issuedAt }: RecordedRunner, row: string, poolUid: string): readonly Registration[] {
  const ownership = { poolUid, handle, attempt: 1, createdAt: issuedAt };
  const base = { id, uuid, name, ownership, declared: true, version: 'v12.8.2', ephemeral: true } as const;
  switch (row) {
    case 'new':
      return [{ ...base, status: 'offline', declared: false, version: '' }];
    case 'idle':
    case 'active':
    case 'offline':
      return [{ ...base, status: row }];
    case 'absent':
      return [];
    default:
      throw new Error(`no row: ${row}`);
  }
}

function queuedJob({ handle, id }: RecordedRunner, word: string): readonly QueuedJob[] {
  if (handle === null || word === 'gone') return [];
  if (word === 'waiting') return [aJob(id, { handle })];
  if (word === 'running') return [aRunningJob(id, id, { handle })];
  throw new Error(`no state of handle ${handle}: ${word}`);
}

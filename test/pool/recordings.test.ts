/**
 * The phase of every runner in every recorded request: `golden/recordings.txt` says for each the row of the table, the phase
 * and why, and what a minute more changes. After a wanted change `UPDATE_GOLDENS=1 npx vitest run test/pool/recordings.test.ts`
 * writes it anew; hold each line against the fixtures' INDEX.md.
 */
import { describe, expect, it } from 'vitest';
import { TABLE } from '../../src/pool/classify.ts';
import { type Judged, judge } from '../../src/pool/judge.ts';
import type { Phase } from '../../src/pool/model.ts';
import { OVERRULES } from '../../src/pool/overrule.ts';
import { golden } from './support/golden.ts';
import { type Before, NOTHING_BEFORE, type Recording, recordedWorld, recordings, rememberedOf } from './support/recorded-worlds.ts';

interface Judgement {
  readonly recording: Recording;
  readonly now: readonly Judged[];
  /** What is remembered of `now`. */
  readonly after: Before;
  readonly later: readonly Judged[];
}

/** Each request is judged with the memory of the one before it in its family. */
function judgeAll(annotations: boolean): readonly Judgement[] {
  const last = new Map<string, Before>();
  return recordings().map((recording): Judgement => {
    const before = last.get(recording.family) ?? NOTHING_BEFORE;
    const now = judge(recordedWorld(recording, { when: 'now', before, annotations }));
    const after = rememberedOf(now, before, recording.now);
    const later = judge(recordedWorld(recording, { when: 'later', before: after, annotations }));
    last.set(recording.family, after);
    return { recording, now, after, later };
  });
}

const judgements = judgeAll(true);

function verdict(slot: Judged): string {
  const why = [...TABLE, ...OVERRULES].find(({ row }) => row === slot.ruledBy)?.because;
  return `${slot.ruledBy} ${slot.phase}${slot.waitsFor === null ? '' : ` [${slot.waitsFor}]`}: ${why}`;
}

function lines({ recording, now, later }: Judgement): readonly string[] {
  if (now.length === 0 && later.length === 0) return [`${recording.name}: nothing`];
  const keys = [...new Set([...now, ...later].map(({ key }) => key))].toSorted();
  return keys.map((key) => {
    const first = now.find((slot) => slot.key === key);
    const second = later.find((slot) => slot.key === key);
    const change = second === undefined ? 'gone' : verdict(second);
    const head = `${recording.name} ${key} ${first === undefined ? 'nothing' : verdict(first)}`;
    return first !== undefined && verdict(first) === change ? head : `${head}\n    later ${change}`;
  });
}

function phases(name: string, when: 'now' | 'later' = 'now'): readonly Phase[] {
  const judged = judgements.find(({ recording }) => recording.name === name);
  return judged?.[when].map(({ phase }) => phase) ?? [];
}

describe('the recorded requests', () => {
  it('have the phases that were read and approved', () => {
    expect(judgements).toHaveLength(163);
    const text = `${judgements.flatMap(lines).join('\n')}\n`;
    expect(text).toBe(golden('recordings.txt', text));
  });

  it.each([
    ['K12-busy-job-deleted-3', 'draining', 'the new Job has failed with 2 while the old Pod runs the task (trap C)'],
    ['K9-node-deleted-1', 'finishing', 'PodGC marks the Pod Failed while its container says running (trap D)'],
    ['K3-sidecar-deaf-1', 'draining', 'the sidecar ignores TERM (trap J)'],
    ['K18-term-lost-1', 'draining', 'TERM was lost, and the runner polls on (trap A)'],
    ['K10-deadline-2', 'draining', 'the deadline is over and the task runs on (trap I)'],
    ['K9-node-lost-dropped-3', 'ended', 'the Pod was removed by force while its runner lives: the guard alone holds it (trap F)'],
  ] as const)('show %s as %s: %s', (name, phase, _because) => {
    expect(phases(name)).toEqual([phase]);
  });

  it.each([
    ['K5-step-oom-2', 'completed', 'the container says OOMKilled, its exit code 0 says that the runner lived (trap E)'],
    ['K6-nosecret-1', 'failed', 'the Pod would wait for its Secret for ever (trap H)'],
    ['K10-deadline-5', 'completed', 'a Job that failed by its deadline, whose task ended well (trap I)'],
    ['K9-node-deleted-2', 'failed', 'the row is still active: the guard waits'],
  ] as const)('show %s after a minute as %s: %s', (name, phase, _because) => {
    expect(phases(name, 'later')).toEqual([phase]);
  });

  it('never take a runner that has a task for one that ended, but where no Pod is left to see', () => {
    const wrong = judgements.flatMap(({ recording, now }) =>
      now
        .filter(({ key, pods }) => pods.length > 0 && recording.forgejo.get(key)?.now === 'active/running')
        .filter(({ phase }) => phase === 'completed' || phase === 'idleExit' || phase === 'ended')
        .map(({ key }) => `${recording.name} ${key}`),
    );
    expect(wrong).toEqual([]);
  });

  it('never call a Pod that waits stuck before its time, and always after it', () => {
    const waiting = judgements.filter(({ now }) => now.some(({ phase, evidence }) => phase === 'starting' && evidence.pod !== 'running'));
    expect(waiting.length).toBeGreaterThan(20);
    for (const { recording, now, after } of waiting) {
      const world = recordedWorld(recording, { when: 'later', before: after, annotations: true });
      const overdue = judge({ ...world, now: world.now + world.spec.pendingTimeoutSeconds * 1000 });
      expect(overdue.map(({ phase }) => [recording.name, phase])).toEqual(
        now.map(({ secret }) => [recording.name, secret === null ? 'failed' : 'stuck']),
      );
    }
  });

  it('have fewer phases that end something when the annotations are missing, and none more but that of a Job without a Secret', () => {
    const bare = judgeAll(false);
    const ending: readonly Phase[] = ['completed', 'cancelled', 'idleExit', 'failed', 'ended', 'lost', 'stray', 'stuck'];
    const bolder = bare.flatMap(({ recording, now }, index) =>
      now
        .filter(({ key, phase }) => {
          const full = judgements[index]?.now.find((slot) => slot.key === key);
          return full !== undefined && ending.includes(phase) && !ending.includes(full.phase);
        })
        .map(({ key, phase }) => `${recording.name} ${key} ${phase}`),
    );
    expect(bolder).toEqual([
      // Ended like the annotated one, but nothing is left that names its registration: no list could say more.
      'K11-finalize-late-1 kd1-idle completed',
      // Nothing says that it is young, and that another Job of its name may be on its way.
      'K3-idle-dropped-4 k3i-j ended',
    ]);
  });
});

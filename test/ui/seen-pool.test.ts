import { describe, expect, it } from 'vitest';
import type { SyncView } from '../../src/hooks/observer.ts';
import { seePool } from '../../src/ui/seen-pool.ts';
import { viewOf } from '../hooks/support/views.ts';
import {
  aBackoff,
  aJob,
  aPool,
  aRecent,
  aWorld,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secretOf,
  tagsOf,
  unavailable,
  type WorldParts,
  warmTagsOf,
} from '../pool/support/builders.ts';

function see(parts: WorldParts) {
  return seePool(viewOf(aWorld(parts)), null);
}

const IDLE = warmTagsOf('r');

describe('what is seen of a pool', () => {
  it('its mode, whom it serves, where, and for which labels', () => {
    expect(see({}).spec).toEqual({
      mode: 'Ephemeral',
      scope: 'organization acme',
      server: 'forgejo.example.org',
      labels: ['docker', 'large'],
      paused: false,
    });
  });

  it.each([
    { scope: { instance: {} }, words: 'the whole instance' },
    { scope: { user: {} }, words: "the token's user" },
    { scope: { repository: 'acme/app' }, words: 'repository acme/app' },
  ])('the scope as $words', ({ scope, words }) => {
    const { forgejo } = aWorld().spec;
    expect(see({ spec: { forgejo: { ...forgejo, scope } } }).spec?.scope).toBe(words);
  });

  it('waiting jobs, oldest first with their age, and those that nobody can have at the end', () => {
    const memory = {
      firstSeen: new Map([
        ['handle-1', secondsAgo(90)],
        ['handle-2', secondsAgo(30)],
      ]),
      backoff: [aBackoff('handle-1', { heldBack: true })],
    };
    const { queue } = see({ jobs: [aJob(2), aJob(1)], memory });
    expect(queue).toMatchObject({ waiting: 1, blocked: 1, oldestSince: secondsAgo(30) });
    expect(queue.jobs?.shown).toEqual([
      { name: 'build 2', repositoryId: 17, runsOn: ['docker'], since: secondsAgo(30), blocked: false },
      { name: 'build 1', repositoryId: 17, runsOn: ['docker'], since: secondsAgo(90), blocked: true },
    ]);
  });

  it('runners with phase and reason, those in trouble first', () => {
    const silent = warmTagsOf('s');
    const { runners } = see({
      spec: { minRunners: 1 },
      secrets: [secretOf(IDLE), secretOf(silent)],
      workloads: [jobOf(IDLE), jobOf(silent)],
      pods: [podOf(IDLE), podOf(silent)],
      rows: [rowOf(IDLE), rowOf(silent, { status: 'offline' })],
      runners: [
        remembered('r', { phase: 'idle', handle: null }),
        remembered('s', { phase: 'busy', since: secondsAgo(1000), handle: null }),
      ],
    });
    expect(runners.shown.map(({ name, phase }) => [name, phase])).toEqual([
      ['s', 'silent'],
      ['r', 'idle'],
    ]);
  });

  it('recent ends with job, reason and moment', () => {
    const { ends } = see({ memory: { recent: [aRecent('r', { job: 'build', reason: 'Failed', message: 'why', exitCode: 1 })] } });
    expect(ends.shown).toEqual([
      { runner: 'r', job: 'build', repositoryId: 17, reason: 'Failed', message: 'why', exitCode: 1, at: secondsAgo(300) },
    ]);
  });

  it('conditions, those that call for a look first', () => {
    const { conditions } = see({ spec: { paused: true }, forgejo: unavailable() });
    expect(conditions.filter(({ notable }) => notable).map(({ type }) => type)).toContain('ForgejoReachable');
    expect(conditions.at(-1)?.notable).toBe(false);
    expect(conditions.map(({ notable }) => notable)).toEqual(
      conditions.map(({ notable }) => notable).toSorted((a, b) => Number(b) - Number(a)),
    );
  });

  it('that its queue could not be read', () => {
    expect(see({ forgejo: unavailable() }).queue.jobs).toBeNull();
  });

  it('its spec as it last was, when the new one is refused', () => {
    const before = see({});
    const refused: SyncView = { pool: aPool(), status: {}, decided: null, at: now };
    expect(seePool(refused, before).spec).toEqual(before.spec);
    expect(seePool(refused, null).spec).toBeNull();
  });

  it('nothing of the assumptions that end a pool whose server can not be read', () => {
    const forgejo = { kind: 'unavailable', failure: { kind: 'forgejoUnreadable' }, nextReadAt: now } as const;
    expect(see({ forgejo, pool: { deletionAt: now } })).toMatchObject({ spec: null, deleting: true });
  });
});

describe('what is kept', () => {
  it('is bounded, however long lists and names are', () => {
    const long = 'x'.repeat(5000);
    const jobs = Array.from({ length: 3000 }, (_, id) => aJob(id, { name: long }));
    const { queue } = see({ jobs });
    expect([queue.jobs?.shown.length, queue.jobs?.total]).toEqual([20, 3000]);
    expect(queue.jobs?.shown[0]?.name.length).toBe(301);
    expect(JSON.stringify(see({ jobs })).length).toBeLessThan(20_000);
  });

  it('is in the own clock: Forgejo is an hour ahead', () => {
    const hour = 3_600_000;
    const world = { ...aWorld({ memory: { recent: [aRecent('r')] } }), clusterNow: now - hour };
    expect(seePool(viewOf(world), null).ends.shown[0]?.at).toBe(secondsAgo(300) - hour);
  });

  it('does not change with the jitter of a clock that is known to a second', () => {
    const world = aWorld({ memory: { recent: [aRecent('r')] } });
    const seen = [-900, 0, 900].map((jitter) => seePool(viewOf({ ...world, clusterNow: now + jitter }), null));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it('holds no handle and no uuid', () => {
    const tags = tagsOf('r');
    const text = JSON.stringify(
      see({
        jobs: [aJob(1)],
        secrets: [secretOf(tags)],
        workloads: [jobOf(tags)],
        pods: [podOf(tags)],
        rows: [rowOf(tags)],
        memory: { recent: [aRecent('q')] },
      }),
    );
    expect(text).toContain('"name":"r"');
    for (const hidden of [tags.handle ?? '', 'uuid-of-r', 'handle-1', 'forgejo-token']) expect(text).not.toContain(hidden);
  });
});

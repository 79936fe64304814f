import { describe, expect, it } from 'vitest';
import { joinSlots, type Slot } from '../../src/pool/slots.ts';
import {
  aJob,
  aPool,
  aWorld,
  deploymentOf,
  HANDLE,
  holding,
  jobOf,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  type WorldParts,
  warmTagsOf,
} from './support/builders.ts';

const R = tagsOf('r');
const WHOLE: WorldParts = { secrets: [secretOf(R)], workloads: [jobOf(R)], pods: [podOf(R)], rows: [rowOf(R)] };

function slots(parts: WorldParts): readonly Slot[] {
  return joinSlots(aWorld(parts));
}

function only(parts: WorldParts): Slot {
  const [slot, ...others] = slots(parts);
  if (slot === undefined || others.length > 0) throw new Error('one slot is expected');
  return slot;
}

describe('a slot', () => {
  it('is everything that carries the runner’s name, its row, its job and what is remembered', () => {
    const parts = { ...WHOLE, jobs: [aJob(9, { handle: HANDLE }), aJob(8)], runners: [remembered('r')], memory: holding(R) };
    expect(only({ ...parts })).toEqual({
      key: 'r',
      kind: 'Job',
      tags: R,
      secret: secretOf(R),
      workload: jobOf(R),
      pods: [podOf(R)],
      pod: podOf(R),
      row: rowOf(R),
      held: { registration: R.registration, tags: R },
      remembered: remembered('r'),
      job: aJob(9, { handle: HANDLE }),
    });
  });

  it('stands for credentials that are held, though nothing shows yet', () => {
    const slot = only({ memory: holding(R) });
    expect(slot).toMatchObject({ key: 'r', tags: R, secret: null, workload: null, pod: null, row: null });
    expect(slot.held?.registration).toEqual(R.registration);
  });

  it('has no row and no job while Forgejo can not be read, and none is made of rows', () => {
    expect(only({ ...WHOLE, forgejo: unavailable() })).toMatchObject({ row: null, job: null });
    expect(slots({ rows: [rowOf(R)], forgejo: unavailable() })).toEqual([]);
  });

  it('of a warm runner has no job, whatever is listed', () => {
    const warm = warmTagsOf('r');
    expect(only({ secrets: [secretOf(warm)], jobs: [aJob(1)] }).job).toBeNull();
  });

  it('is not made of what the status remembers alone', () => {
    expect(slots({ runners: [remembered('r')] })).toEqual([]);
  });
});

describe('what the annotations say', () => {
  const unknown = { handle: null, repositoryId: null, job: null, attempt: 0, specHash: '', registration: null, issuedAt: null };

  it('is taken from the workload when the Secret is gone', () => {
    expect(only({ ...WHOLE, secrets: [] })).toMatchObject({ tags: R, row: rowOf(R) });
  });

  it('is taken from the Pods when nothing else is left', () => {
    expect(only({ pods: [podOf(R)], rows: [rowOf(R)] })).toMatchObject({ tags: R, row: rowOf(R) });
  });

  it('is taken fact by fact from the first object that has it', () => {
    const secret = secretOf(tagsOf('r', { ...unknown, registration: R.registration }));
    const job = jobOf(tagsOf('r', { ...unknown, handle: HANDLE, job: 'build', specHash: 'h' }));
    const pod = podOf(tagsOf('r', { ...unknown, attempt: 3, issuedAt: secondsAgo(9) }));
    const expected = {
      runner: 'r',
      handle: HANDLE,
      repositoryId: null,
      job: 'build',
      attempt: 3,
      specHash: 'h',
      registration: R.registration,
      issuedAt: secondsAgo(9),
    };
    expect(only({ secrets: [secret], workloads: [job], pods: [pod] }).tags).toEqual(expected);
  });

  it('may be lost everywhere: then nothing is made up', () => {
    expect(only({ secrets: [secretOf(tagsOf('r', unknown))] }).tags).toEqual({ runner: 'r', ...unknown });
  });
});

describe('the row of a slot', () => {
  it('is the one with its uuid, whatever its name and id', () => {
    const row = rowOf(R, { id: 999, name: 'renamed' });
    expect(only({ ...WHOLE, rows: [row] }).row).toEqual(row);
  });

  it('is not one that has its id and another uuid: that is a slot of its own', () => {
    const row = rowOf(R, { uuid: 'of-another-registration' });
    const [slot, stray] = slots({ ...WHOLE, rows: [row] });
    expect(slot).toMatchObject({ key: 'r', row: null });
    expect(stray).toMatchObject({ key: `r#${row.id}`, row, secret: null, workload: null, pods: [] });
  });

  it('is not a second one of the same name', () => {
    const second = rowOf(R, { id: 7, uuid: 'second' });
    const [slot, stray] = slots({ ...WHOLE, rows: [second, rowOf(R)] });
    expect(slot?.row).toEqual(rowOf(R));
    expect(stray).toMatchObject({ key: 'r#7', row: second, tags: { registration: { id: 7, uuid: 'second' } } });
  });
});

describe('a row that no slot has', () => {
  it('is a slot when its description names this pool, with what the description says', () => {
    expect(only({ rows: [rowOf(R)], jobs: [aJob(1, { handle: HANDLE })], runners: [remembered('r')] })).toMatchObject({
      key: 'r',
      kind: 'Job',
      tags: { ...R, repositoryId: null, specHash: '' },
      secret: null,
      row: rowOf(R),
      held: null,
      remembered: remembered('r'),
      job: aJob(1, { handle: HANDLE }),
    });
  });

  it('of a warm runner has no job', () => {
    expect(only({ rows: [rowOf(warmTagsOf('r'))], jobs: [aJob(1)] })).toMatchObject({ tags: { handle: null }, job: null });
  });

  it('is nobody’s when it is another pool’s or a person’s', () => {
    const rows = [rowOf(R, { ownership: null }), rowOf(tagsOf('s'))];
    expect(joinSlots({ ...aWorld({ rows }), pool: aPool({ uid: 'another-pool' }) })).toEqual([]);
    expect(slots({ rows }).map(({ key }) => key)).toEqual(['s']);
  });

  it('has a key of its own beside another of the same name', () => {
    const rows = [rowOf(R, { id: 5, uuid: 'b' }), rowOf(R, { id: 4, uuid: 'a' })];
    expect(slots({ rows }).map(({ key, row }) => [key, row?.id])).toEqual([
      ['r', 4],
      ['r#5', 5],
    ]);
  });

  it('is of the pool’s mode', () => {
    expect(only({ rows: [rowOf(R)], spec: { mode: 'Persistent' } }).kind).toBe('Deployment');
  });
});

describe('the kind of a slot', () => {
  const replicaSet = { ownerKind: 'ReplicaSet', ownerUid: 'rs' } as const;
  it.each([
    { because: 'its workload says it', parts: { workloads: [deploymentOf(R)] }, kind: 'Deployment' },
    { because: 'its Pod’s owner says it', parts: { pods: [podOf(R, replicaSet)] }, kind: 'Deployment' },
    { because: 'its Pod’s owner says it', parts: { pods: [podOf(R)], spec: { mode: 'Persistent' } }, kind: 'Job' },
    { because: 'an orphan says nothing: the pool’s mode', parts: { pods: [podOf(R, { ownerKind: null, ownerUid: null })] }, kind: 'Job' },
    {
      because: 'only a Secret is left: the pool’s mode',
      parts: { secrets: [secretOf(R)], spec: { mode: 'Persistent' } },
      kind: 'Deployment',
    },
  ] satisfies { because: string; parts: WorldParts; kind: Slot['kind'] }[])('is $kind: $because', ({ parts, kind }) => {
    expect(only(parts).kind).toBe(kind);
  });
});

describe('the Pod that speaks for a slot', () => {
  const older = podOf(R, { name: 'older', createdAt: secondsAgo(100) });
  const newer = podOf(R, { name: 'newer', createdAt: secondsAgo(50) });
  const twin = podOf(R, { name: 'twin', createdAt: secondsAgo(50) });
  const deleted = { deletionAt: secondsAgo(1) };
  it.each([
    {
      because: 'it is the present Job’s',
      parts: { workloads: [jobOf(R)], pods: [older, { ...newer, ownerUid: 'another' }] },
      name: 'older',
    },
    {
      because: 'a deleted one of the present Job still speaks',
      parts: { workloads: [jobOf(R)], pods: [{ ...older, ...deleted }] },
      name: 'older',
    },
    { because: 'none is the present Job’s', parts: { workloads: [jobOf(R)], pods: [{ ...newer, ownerUid: 'another' }] }, name: undefined },
    {
      because: 'one of the Job’s own has ended and another may run',
      parts: { workloads: [jobOf(R)], pods: [older, { ...newer, state: terminated(0) }] },
      name: 'older',
    },
    { because: 'the Job is gone: the newest', parts: { pods: [older, newer] }, name: 'newer' },
    { because: 'two are equally new: the name decides', parts: { pods: [newer, twin] }, name: 'twin' },
    { because: 'two are equally new, in the other order', parts: { pods: [twin, newer] }, name: 'twin' },
    {
      because: 'a Deployment’s newest that is not being deleted',
      parts: { workloads: [deploymentOf(R)], pods: [older, { ...newer, ...deleted }] },
      name: 'older',
    },
    {
      because: 'all of a Deployment’s are being deleted',
      parts: { workloads: [deploymentOf(R)], pods: [{ ...older, ...deleted }] },
      name: undefined,
    },
  ] satisfies { because: string; parts: WorldParts; name: string | undefined }[])('is $name: $because', ({ parts, name }) => {
    expect(only(parts).pod?.name).toBe(name);
  });
});

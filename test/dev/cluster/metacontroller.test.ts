import { describe, expect, test } from 'vitest';
import { LAST_APPLIED } from '../../../src/dev/cluster/apply-children.ts';
import { CONTROLLER, job, NAMESPACE, type Scripted, scripted, secret } from './scripted.ts';
import { recorded } from './summary.ts';

const API_VERSION = 'forgejo-runner-operator.dev/v1alpha1';

async function settled(world: Scripted): Promise<void> {
  await world.clock.advance(3000);
}

function poke(world: Scripted, value: string): void {
  world.cluster.apply({
    apiVersion: API_VERSION,
    kind: 'RunnerPool',
    metadata: { name: 'pool', namespace: NAMESPACE, annotations: { poke: value } },
  });
}

/** A controller like the recorded one with other settings. */
function controller(spec: object): object {
  return { ...CONTROLLER, spec: { ...CONTROLLER.spec, ...spec } };
}

const config = (data: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'config', namespace: NAMESPACE },
  data: { value: data },
});

describe('requests', () => {
  test('the first sync has the keys and groups of the recorded one, and the finalizer', async () => {
    const world = scripted();
    await settled(world);
    const [first] = world.requests;
    const [real] = recorded('K1-normal');
    expect(Object.keys(first ?? {})).toEqual(Object.keys(real ?? {}));
    expect(Object.keys(first?.children ?? {})).toEqual(Object.keys(real?.children ?? {}));
    expect(first?.parent.metadata.finalizers).toEqual(real?.parent.metadata.finalizers);
  });

  test('a child comes back with owner, selector label, last-applied annotation and managedFields', async () => {
    const world = scripted({ weight: true });
    world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid())] });
    await settled(world);
    const child = world.requests.at(-1)?.children['Secret.v1']?.[`${NAMESPACE}/runner-1`];
    expect(child?.metadata).toMatchObject({
      labels: { 'controller-uid': world.poolUid() },
      ownerReferences: [{ kind: 'RunnerPool', name: 'pool', uid: world.poolUid(), controller: true, blockOwnerDeletion: true }],
      managedFields: [{ manager: 'metacontroller' }],
    });
    const annotations = JSON.stringify(child?.metadata ?? {});
    expect(annotations).toContain(LAST_APPLIED);
  });
});

describe('answers that break a rule', () => {
  const refused = [
    { rule: 'unknownField', because: 'v2 is strict', raw: '{"foo":1}', events: 'unknown field "foo"' },
    { rule: 'duplicateField', because: 'also nested', raw: '{"status":{"a":1,"a":2}}', events: 'duplicate field "status.a"' },
    { rule: 'childrenNull', because: 'a nil child crashes the process', raw: '{"children":[null]}', events: 'panic' },
    { rule: 'malformedAnswer', because: 'no JSON', raw: '', events: 'unexpected end of JSON input' },
    { rule: 'malformedAnswer', because: 'a text is no number', raw: '{"resyncAfterSeconds":"5"}', events: "can't unmarshal" },
    {
      rule: 'labelMismatch',
      because: 'a foreign controller-uid',
      raw: '{"children":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","labels":{"controller-uid":"x"}}}]}',
      events: "don't match parent selector",
    },
  ] as const;
  const silent = [
    {
      rule: 'generateName',
      because: 'a new object per sync',
      raw: '{"status":{"a":1},"children":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"c-"}}]}',
    },
    {
      rule: 'kindNotAllowed',
      because: 'created but never seen',
      raw: '{"status":{"a":1},"children":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"c"}}]}',
    },
    { rule: 'finalizedFromSync', because: 'the finalizer comes and goes', raw: '{"status":{"a":1},"finalized":true}' },
    {
      rule: 'duplicateChild',
      because: 'the last one wins silently',
      raw: '{"status":{"a":1},"children":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}]}',
    },
    { rule: 'hotResync', because: 'as fast as the queue allows', raw: '{"status":{"a":1},"resyncAfterSeconds":0.01}' },
  ] as const;

  async function answered(raw: string): Promise<Scripted> {
    const world = scripted();
    world.answer = () => ({ raw });
    await world.clock.advance(200);
    return world;
  }

  test.each(refused)('$rule is refused: $because', async ({ rule, raw, events }) => {
    const { cluster } = await answered(raw);
    expect(cluster.violations.map((violation) => violation.rule)).toContain(rule);
    expect(() => cluster.check()).toThrow(rule);
    expect(cluster.events[0]?.message).toContain(events);
  });

  test.each(silent)('$rule is taken without an event: $because', async ({ rule, raw }) => {
    const { cluster } = await answered(raw);
    expect(cluster.violations.map((violation) => violation.rule)).toContain(rule);
    expect(cluster.events).toEqual([]);
  });

  test('a status that never settles is called hot, one that settles is not', async () => {
    const world = scripted();
    let count = 0;
    world.answer = () => ({ status: { count: Math.min((count += 1), 5) }, children: [], resyncAfterSeconds: 1 });
    await world.clock.advance(60_000);
    world.cluster.check();
    world.answer = () => ({ status: { count: (count += 1) }, children: [], resyncAfterSeconds: 0.25 });
    await world.clock.advance(60_000);
    expect(new Set(world.cluster.violations.map((violation) => violation.rule))).toEqual(new Set(['hotStatus']));
  });

  test('an empty answer deletes everything, as the real one does, and is called a violation', async () => {
    const world = scripted();
    world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid())] });
    await settled(world);
    world.answer = () => ({ raw: 'null' });
    poke(world, '1');
    await settled(world);
    expect(world.cluster.list('Secret')).toEqual([]);
    expect(world.cluster.violations.map((violation) => violation.rule)).toEqual(['emptyAnswer']);
  });
});

describe('timing', () => {
  test('429 with Retry-After is obeyed exactly, without an event', async () => {
    const world = scripted();
    world.answer = () => ({ raw: '', status: 429, headers: { 'retry-after': '7' } });
    await world.clock.advance(20_000);
    expect(world.requests).toHaveLength(3);
    expect(world.cluster.events).toEqual([]);
    world.cluster.check();
  });

  test('429 without it is a violation', async () => {
    const world = scripted();
    world.answer = () => ({ raw: '', status: 429, headers: { 'retry-after': '0.5' } });
    await world.clock.advance(100);
    expect(world.cluster.violations.map((violation) => violation.rule)).toEqual(['retryAfterMissing']);
  });

  test('errors back off from 5 ms by doubling, and a change of the parent does not wait', async () => {
    const world = scripted();
    world.answer = () => ({ raw: 'no', status: 503 });
    await world.clock.advance(15_000);
    // 5 ms x 2^n: eleven waits add up to 10.2 s.
    expect(world.requests).toHaveLength(12);
    expect(world.cluster.events.at(-1)?.message).toBe('Sync error: unsupported status code: 503 body: no');
    poke(world, '1');
    await world.clock.advance(20);
    expect(world.requests).toHaveLength(13);
  });

  test('an earlier timer wins over a later one and is not cancelled', async () => {
    const world = scripted();
    const waits = [3, 0, 60];
    world.answer = () => ({ status: {}, children: [], resyncAfterSeconds: waits.shift() ?? 0 });
    await world.clock.advance(1000);
    poke(world, '1');
    await world.clock.advance(2500);
    expect(world.requests).toHaveLength(3);
    await world.clock.advance(70_000);
    expect(world.requests).toHaveLength(4);
  });

  test('a hook that is too slow overlaps with its retry, and its late answer is not applied', async () => {
    const world = scripted({
      hooks: async (hook) => {
        if (hook === 'customize') return { status: 200, headers: {}, body: '{}' };
        open += 1;
        most = Math.max(most, open);
        await world.clock.sleep(25_000);
        open -= 1;
        return { status: 200, headers: {}, body: JSON.stringify({ status: { late: true } }) };
      },
    });
    let open = 0;
    let most = 0;
    await world.clock.advance(60_000);
    expect(most).toBe(3);
    expect(world.cluster.get('RunnerPool', NAMESPACE, 'pool')?.status).toBeUndefined();
    expect(world.cluster.counters.timeouts).toBeGreaterThanOrEqual(5);
  });

  test('a restart loses the timer and syncs once', async () => {
    const world = scripted();
    world.answer = () => ({ status: {}, children: [], resyncAfterSeconds: 30 });
    await world.clock.advance(1000);
    world.cluster.restartMetacontroller(2000);
    await world.clock.advance(2500);
    expect(world.requests).toHaveLength(2);
    await world.clock.advance(29_000);
    expect(world.requests).toHaveLength(2);
    await world.clock.advance(1000);
    expect(world.requests).toHaveLength(3);
  });

  test('customize is asked once per generation', async () => {
    const world = scripted();
    await settled(world);
    poke(world, '1');
    await settled(world);
    expect(world.cluster.counters.calls.customize).toBe(1);
    world.cluster.apply({
      apiVersion: API_VERSION,
      kind: 'RunnerPool',
      metadata: { name: 'pool', namespace: NAMESPACE },
      spec: { minRunners: 1 },
    });
    await settled(world);
    expect(world.cluster.counters.calls.customize).toBe(2);
  });

  test.each([
    { ignore: true, calls: 2, because: 'with ignoreStatusChanges the write of a status starts no sync' },
    { ignore: false, calls: 4, because: 'without it each write starts one more' },
  ])('$because', async ({ ignore, calls }) => {
    const parentResource = { apiVersion: API_VERSION, resource: 'runnerpools', ignoreStatusChanges: ignore };
    const world = scripted({ controller: controller({ parentResource }) });
    world.answer = (request) => ({ status: { poked: JSON.stringify(request.parent.metadata).includes('poke') }, children: [] });
    await settled(world);
    poke(world, '1');
    await settled(world);
    // The finalizer that Metacontroller sets itself is one more change of the parent where every change counts.
    expect(world.requests.length).toBeGreaterThanOrEqual(calls);
    expect(world.requests.length).toBeLessThanOrEqual(ignore ? calls : calls + 1);
  });
});

describe('children', () => {
  test.each([
    { method: undefined, value: 'one', because: 'without a strategy a child is never updated' },
    { method: 'InPlace', value: 'two', because: 'InPlace writes the change' },
    { method: 'Recreate', value: 'two', because: 'Recreate deletes, then creates' },
  ])('$because', async ({ method, value }) => {
    const rule = { apiVersion: 'v1', resource: 'configmaps', ...(method === undefined ? {} : { updateStrategy: { method } }) };
    const world = scripted({ controller: controller({ childResources: [rule] }) });
    world.answer = () => ({ status: {}, children: [config('one')] });
    await settled(world);
    world.answer = () => ({ status: {}, children: [config('two')] });
    poke(world, '1');
    await settled(world);
    expect(world.cluster.get('ConfigMap', NAMESPACE, 'config')).toMatchObject({ data: { value } });
    world.cluster.check();
  });

  test('an echo of the observed children writes nothing', async () => {
    const world = scripted();
    world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid()), config('one')] });
    await settled(world);
    const before = world.cluster.get('ConfigMap', NAMESPACE, 'config')?.metadata.resourceVersion;
    world.answer = (request) => ({ status: {}, children: Object.values(request.children).flatMap((group) => Object.values(group)) });
    poke(world, '1');
    await settled(world);
    expect(world.cluster.get('ConfigMap', NAMESPACE, 'config')?.metadata.resourceVersion).toBe(before);
    expect(world.cluster.counters).toMatchObject({ created: 2, updated: 0, deleted: 0 });
  });

  test('a name that is taken is silently not ours: no event, never in children', async () => {
    const world = scripted();
    world.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config', namespace: NAMESPACE } });
    world.answer = () => ({ status: {}, children: [config('one')] });
    await settled(world);
    poke(world, '1');
    await settled(world);
    expect(world.requests.at(-1)?.children['ConfigMap.v1']).toEqual({});
    expect(world.cluster.events).toEqual([]);
  });

  test('a child whose creation is refused leaves the others and the status in place', async () => {
    const world = scripted();
    world.answer = () => ({
      status: { phase: 'x' },
      children: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not_A_Name' } }, secret('runner-1', world.poolUid())],
    });
    await world.clock.advance(100);
    expect(world.cluster.list('Secret')).toHaveLength(1);
    expect(world.cluster.get('RunnerPool', NAMESPACE, 'pool')?.status).toEqual({ phase: 'x', observedGeneration: 1 });
    expect(world.cluster.events[0]?.message).toContain('is invalid: metadata.name');
  });

  test('a stale informer does not list what the last answer created', async () => {
    const world = scripted({ lag: { Job: { ms: 400 } } });
    world.tasks.set('runner-1', { seconds: null });
    world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid()), job('runner-1', world.poolUid())] });
    await settled(world);
    const stale = world.requests.filter(
      (request) =>
        Object.keys(request.children['Secret.v1'] ?? {}).length === 1 && Object.keys(request.children['Job.batch/v1'] ?? {}).length === 0,
    );
    expect(stale.length).toBeGreaterThan(0);
    expect(world.cluster.list('Job')).toHaveLength(1);
    world.cluster.check();
  });

  test('a terminating namespace refuses what is new, with the recorded text', async () => {
    const world = scripted();
    await settled(world);
    world.cluster.delete('Namespace', '', NAMESPACE);
    world.answer = (request) => (request.finalizing ? { finalized: true } : { status: {}, children: [secret('kd5-new', world.poolUid())] });
    await world.clock.advance(1000);
    expect(world.cluster.events[0]?.message).toBe(
      `Sync error: secrets "kd5-new" is forbidden: unable to create new content in namespace ${NAMESPACE} because it is being terminated`,
    );
    await world.clock.advance(60_000);
    expect(world.cluster.get('Namespace', '', NAMESPACE)).toBeUndefined();
  });
});

test('the same seed gives the same run', async () => {
  const play = async (): Promise<string> => {
    const world = scripted({ seed: 7, defaultLag: { ms: 5, jitterMs: 200 } });
    world.tasks.set('runner-1', { seconds: 5 });
    world.answer = () => ({
      status: {},
      children: [secret('runner-1', world.poolUid()), job('runner-1', world.poolUid(), { handle: 'h' })],
    });
    await world.clock.advance(30_000);
    return JSON.stringify(world.requests);
  };
  expect(await play()).toBe(await play());
});

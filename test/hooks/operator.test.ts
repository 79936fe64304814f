/** What a sequence of calls shows and a golden can't: calls that overlap, answers that come too late, two processes. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/dev/cluster/virtual-clock.ts';
import { createReader } from '../../src/forgejo/reader.ts';
import { createOperator } from '../../src/hooks/operator.ts';
import { createOperatorLog } from '../../src/hooks/operator-log.ts';
import type { HookReply, Operator } from '../../src/hooks/reply.ts';
import { createLog } from '../../src/log.ts';
import type { ContractFault } from '../contract/support/case.ts';
import { createScriptedForgejo, type ScriptedForgejo } from '../contract/support/forgejo.ts';
import { objectOf } from '../contract/support/golden.ts';

const START = Date.parse('2026-11-25T00:00:00Z');
const HANDLE = '5cd92ef3-723f-4507-9ce3-426767be367d';

interface Lab {
  readonly clock: VirtualClock;
  readonly forgejo: ScriptedForgejo;
  /** A process of its own at each call. */
  start(options?: { readonly effectBudgetMs?: number }): Operator;
  /** Lets time pass until all calls are answered. */
  all(calls: readonly Promise<HookReply>[]): Promise<readonly HookReply[]>;
}

function createLab(): Lab {
  const clock = createVirtualClock(START);
  const forgejo = createScriptedForgejo(clock, { because: 'operator.test.ts', steps: [] });
  const { transport } = forgejo;
  return {
    clock,
    forgejo,
    start({ effectBudgetMs = 6_000 } = {}) {
      const config = { issuedGraceMs: 30_000, finishingGraceMs: 30_000, effectBudgetMs, effectConcurrency: 16, forgejoTimeoutMs: 4_000 };
      const log = createOperatorLog(createLog('error', { write() {} }));
      const assets = { oneJobScript: '#!/bin/sh\n', jobEnvScript: '#!/bin/sh\n' };
      return createOperator({
        transport,
        reader: createReader({ transport, clock }),
        clock,
        log,
        assets,
        randomSecret: () => 'not-random',
        config,
      });
    },
    async all(calls) {
      let settled = false;
      const settle = (): void => {
        settled = true;
      };
      Promise.all(calls).then(settle, settle);
      await clock.runUntil(() => settled, 60_000);
      return Promise.all(calls);
    },
  };
}

function slow(endpoint: 'create' | 'list', ms: number): ContractFault {
  return { endpoints: [endpoint], fault: { kind: 'latency', ms } };
}

const WAITING = { id: 11, handle: HANDLE, name: 'build', status: 'waiting' } as const;

/** The recorded shape of a pool without runners; `uid` makes it another pool. */
function bodyOf(uid?: string): unknown {
  const text = readFileSync(new URL('../contract/a-job-is-queued/request.json', import.meta.url), 'utf8');
  const body = JSON.parse(text);
  return uid === undefined ? body : { ...body, parent: { ...body.parent, metadata: { ...body.parent.metadata, uid } } };
}

function childrenOf(reply: HookReply | undefined, kind: string): readonly Readonly<Record<string, unknown>>[] {
  const { children } = objectOf(reply?.body);
  return Array.isArray(children) ? children.map(objectOf).filter((child) => child['kind'] === kind) : [];
}

/** Names of the runners whose Secret is in the answer. */
function namesOf(reply: HookReply | undefined): readonly unknown[] {
  return childrenOf(reply, 'Secret').map((secret) => objectOf(secret['metadata'])['name']);
}

function posts(forgejo: ScriptedForgejo): number {
  return forgejo.takeRequests().filter(({ request }) => request.startsWith('POST ')).length;
}

function statusOf(reply: HookReply | undefined): object {
  return { ...objectOf(objectOf(reply?.body)['status']) };
}

function withStatus(status: object): unknown {
  const body = objectOf(bodyOf());
  return { ...body, parent: { ...objectOf(body['parent']), status } };
}

describe('two calls for one pool at once', () => {
  it('the second waits for the first one’s registration and answers with the same Secret', async () => {
    const { forgejo, start, all } = createLab();
    forgejo.change({ jobs: [WAITING], faults: [slow('create', 1_500)] });
    const operator = start();
    const [first, second] = await all([operator.sync(bodyOf()), operator.sync(bodyOf())]);
    expect(posts(forgejo)).toBe(1);
    expect(childrenOf(first, 'Secret')).toHaveLength(1);
    expect(childrenOf(second, 'Secret')).toEqual(childrenOf(first, 'Secret'));
    expect(childrenOf(second, 'Job')).toEqual(childrenOf(first, 'Job'));
  });

  it('a call that fails does not hold up the one behind it', async () => {
    const { start, all } = createLab();
    const operator = start();
    const [refused, answered] = await all([operator.sync({ parent: 'nothing' }), operator.sync(bodyOf())]);
    expect([refused?.status, answered?.status]).toEqual([400, 200]);
  });
});

describe('calls for two pools at once', () => {
  it('neither waits for the other, and one read serves both', async () => {
    const { clock, forgejo, start, all } = createLab();
    forgejo.change({ faults: [slow('list', 2_000)] });
    const operator = start();
    await all([operator.sync(bodyOf()), operator.sync(bodyOf('e0000000-eb08-4d29-b4fb-94ca3300977f'))]);
    expect(clock.now() - START).toBe(2_000);
    expect(forgejo.takeRequests().map(({ request }) => request)).toEqual([
      'GET /api/v1/orgs/acme/actions/runners/jobs',
      'GET /api/v1/orgs/acme/actions/runners',
    ]);
  });
});

describe('a registration that takes longer than a call may', () => {
  it('reaches the next answer from memory, and is made once', async () => {
    const { clock, forgejo, start, all } = createLab();
    forgejo.change({ jobs: [WAITING], faults: [slow('create', 3_000)] });
    const operator = start({ effectBudgetMs: 1_000 });
    const [first] = await all([operator.sync(bodyOf())]);
    expect(clock.now() - START).toBe(1_000);
    expect(childrenOf(first, 'Secret')).toEqual([]);
    await clock.advance(2_500);
    const [second] = await all([operator.sync(withStatus(statusOf(first)))]);
    expect(childrenOf(second, 'Secret')).toHaveLength(1);
    expect(childrenOf(second, 'Job')).toHaveLength(1);
    expect(posts(forgejo)).toBe(1);
  });

  it('is not begun a second time by a call that comes meanwhile', async () => {
    const { clock, forgejo, start, all } = createLab();
    forgejo.change({ jobs: [WAITING], faults: [slow('create', 3_500)] });
    const operator = start({ effectBudgetMs: 1_000 });
    const [first] = await all([operator.sync(bodyOf())]);
    const [meanwhile] = await all([operator.sync(withStatus(statusOf(first)))]);
    expect(clock.now() - START).toBe(2_000);
    expect(childrenOf(meanwhile, 'Secret')).toEqual([]);
    await clock.advance(2_000);
    const [last] = await all([operator.sync(withStatus(statusOf(meanwhile)))]);
    expect(childrenOf(last, 'Secret')).toHaveLength(1);
    expect(posts(forgejo)).toBe(1);
  });
});

describe('two replicas', () => {
  it('that both see a new job give its runner one name, and the one whose Secret lost is swept', async () => {
    const { clock, forgejo, start, all } = createLab();
    forgejo.change({ jobs: [WAITING] });
    const [one, other] = [start(), start()];
    const [first, second] = await all([one.sync(bodyOf()), other.sync(bodyOf())]);
    expect(namesOf(first)).toHaveLength(1);
    expect(namesOf(second)).toEqual(namesOf(first));
    expect(forgejo.registered().size).toBe(2);

    // Metacontroller has applied the first answer alone; a process without any memory looks at it after the grace.
    await clock.advance(40_000);
    const children = {
      'Secret.v1': observed(first, 'Secret'),
      'Job.batch/v1': observed(first, 'Job'),
      'ConfigMap.v1': {},
      'Deployment.apps/v1': {},
    };
    forgejo.change({ runners: [{ id: 1, status: 'active' }], jobs: [{ ...WAITING, status: 'running', task: 5, runner: 1 }] });
    await all([start().sync({ ...objectOf(withStatus(statusOf(first))), children })]);
    expect(forgejo.registered()).toEqual(new Set([registrationOf(first)]));
  });

  it('with the same status: what the active one registered, the other neither repeats nor removes', async () => {
    const { clock, forgejo, start, all } = createLab();
    forgejo.change({ jobs: [WAITING] });
    const [first] = await all([start().sync(bodyOf())]);
    await clock.advance(2_000);
    const [second] = await all([start().sync(withStatus(statusOf(first)))]);
    expect(posts(forgejo)).toBe(1);
    expect(childrenOf(second, 'Secret')).toEqual([]);
    expect(forgejo.registered().size).toBe(1);
  });
});

describe('the memory of a process', () => {
  it('lets credentials go when their answer never showed: the registration goes, and after a back-off the job gets another runner', async () => {
    const { clock, forgejo, start, all } = createLab();
    forgejo.change({ jobs: [WAITING] });
    const operator = start();
    const [first] = await all([operator.sync(bodyOf())]);
    await clock.advance(31_500);
    const [late] = await all([operator.sync(withStatus(statusOf(first)))]);
    await clock.advance(3_000);
    const [swept] = await all([operator.sync(withStatus(statusOf(late)))]);
    expect(childrenOf(swept, 'Secret')).toEqual([]);
    expect(forgejo.registered().size).toBe(0);
    await clock.advance(11_000);
    const [next] = await all([operator.sync(withStatus(statusOf(swept)))]);
    expect(namesOf(next)).toHaveLength(1);
    expect(namesOf(next)).not.toEqual(namesOf(first));
  });

  it('forgets a pool that has ended: a new one of the same uid starts from nothing', async () => {
    const { clock, forgejo, start, all } = createLab();
    const operator = start();
    const [ended] = await all([operator.finalize(deleted())]);
    expect(objectOf(ended?.body)['finalized']).toBe(true);
    await clock.advance(5_000);
    forgejo.change({ jobs: [WAITING] });
    const [again] = await all([operator.sync(bodyOf())]);
    expect(namesOf(again)).toHaveLength(1);
  });
});

/** As an API server shows the children of that kind of an answer. */
function observed(reply: HookReply | undefined, kind: string): Readonly<Record<string, unknown>> {
  const entries = childrenOf(reply, kind).map((child) => {
    const metadata = objectOf(child['metadata']);
    const added = { uid: `${kind}-1`, creationTimestamp: '2026-11-25T00:00:00Z' };
    return [
      `${String(metadata['namespace'])}/${String(metadata['name'])}`,
      { ...child, metadata: { ...metadata, ...added }, status: {} },
    ] as const;
  });
  return Object.fromEntries(entries);
}

function registrationOf(reply: HookReply | undefined): string {
  const data = objectOf(childrenOf(reply, 'Secret')[0]?.['data']);
  return atob(String(data['uuid']));
}

function deleted(): unknown {
  const text = readFileSync(new URL('../contract/a-pool-is-deleted-with-nothing-left/request.json', import.meta.url), 'utf8');
  return JSON.parse(text);
}

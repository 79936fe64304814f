/** A pool whose token is in OpenBao, from call to call as Metacontroller makes them: rotation, deletion, a change to a Secret. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../src/dev/cluster/virtual-clock.ts';
import { createReader } from '../../src/forgejo/reader.ts';
import type { Transport } from '../../src/forgejo/transport.ts';
import { createOperator } from '../../src/hooks/operator.ts';
import { createOperatorLog } from '../../src/hooks/operator-log.ts';
import type { HookReply } from '../../src/hooks/reply.ts';
import { createLog } from '../../src/log.ts';
import { patched } from '../api/specs.ts';
import { API_TOKEN, createScriptedForgejo } from '../contract/support/forgejo.ts';
import { objectOf } from '../contract/support/golden.ts';
import { createScriptedOpenBao } from '../contract/support/openbao.ts';

const START = Date.parse('2026-11-25T00:00:00Z');
const PATH = 'kv/data/forgejo/k';
const OPENBAO = { tokenSecretRef: null, tokenFrom: { openbao: { role: 'operator', path: PATH } } };
const SECRET = { tokenFrom: null, tokenSecretRef: { name: 'not-there' } };
const body: unknown = JSON.parse(readFileSync(new URL('../contract/a-job-is-queued/request.json', import.meta.url), 'utf8'));

const DENIED = { status: 403, errors: ['permission denied'] };
const SEALED = { status: 503, errors: ['Vault is sealed'] };

/** A registration of this pool that nothing is left of in the cluster. */
const LEFT = {
  id: 7,
  uuid: '2f6f586d-7b8b-49b6-9837-000000000007',
  name: 'k-ci-ws64wljdbu',
  description:
    'forgejo-runner-operator pool=d854afc4-eb08-4d29-b4fb-94ca3300977f handle=5cd92ef3-723f-4507-9ce3-426767be367d attempt=1 created=2026-11-24T23:00:00.000Z',
  ephemeral: true,
  status: 'offline',
} as const;

function world() {
  const clock = createVirtualClock(START);
  const contract = { because: 'openbao-token.test.ts', steps: [], openBaoRows: [`k operator ${PATH} http://forgejo.example.org`] };
  const forgejo = createScriptedForgejo(clock, contract);
  const bao = createScriptedOpenBao(clock, contract);
  const asked: { readonly at: number; readonly token: string; readonly method: string; readonly status: number }[] = [];
  const valid = new Set<string>();

  /** Forgejo with the tokens that are valid now. */
  const transport: Transport = async (request) => {
    const token = (request.headers['authorization'] ?? '').replace('token ', '');
    const authorization = `token ${valid.has(token) ? API_TOKEN : 'of-nobody'}`;
    const answer = await forgejo.transport({ ...request, headers: { ...request.headers, authorization } });
    asked.push({ at: seconds(), token, method: request.method, status: answer.status });
    return answer;
  };
  const seconds = () => (clock.now() - START) / 1000;
  const config = { issuedGraceMs: 30_000, finishingGraceMs: 30_000, effectBudgetMs: 6_000, effectConcurrency: 16, forgejoTimeoutMs: 4_000 };
  const operator = createOperator({
    transport,
    reader: createReader({ transport, clock }),
    clock,
    log: createOperatorLog(createLog('error', { write() {} })),
    assets: { oneJobScript: '#!/bin/sh\n', jobEnvScript: '#!/bin/sh\n' },
    randomSecret: () => 'not-random',
    openBao: bao.parts(),
    config,
  });
  let status: object = {};

  async function call(hook: 'sync' | 'finalize', spec: object): Promise<Readonly<Record<string, unknown>>> {
    const metadata = hook === 'finalize' ? { deletionTimestamp: new Date(clock.now()).toISOString() } : {};
    const payload = patched(body, { parent: { metadata, spec }, children: { 'ConfigMap.v1': null }, finalizing: hook === 'finalize' });
    const parent = { ...objectOf(objectOf(payload)['parent']), status };
    const reply: HookReply[] = [];
    void operator[hook]({ ...objectOf(payload), parent }).then((each) => void reply.push(each));
    await clock.runUntil(() => reply.length > 0, 30_000);
    const answer = objectOf(reply[0]?.body);
    status = objectOf(answer['status']);
    return answer;
  }

  let next = { hook: '', at: START };

  /** Calls as Metacontroller does: when the last answer wanted it, and at once when the pool is deleted. True: it has ended. */
  async function live(hook: 'sync' | 'finalize', spec: object, forSeconds: number): Promise<boolean> {
    const end = clock.now() + forSeconds * 1000;
    if (next.hook !== hook) next = { hook, at: clock.now() };
    for (let calls = 0; next.at < end; calls += 1) {
      expect(calls, 'calls').toBeLessThan(forSeconds);
      await clock.advance(Math.max(0, next.at - clock.now()));
      const answer = await call(hook, spec);
      if (answer['finalized'] === true) return true;
      next = { hook, at: clock.now() + Number(answer['resyncAfterSeconds']) * 1000 };
    }
    await clock.advance(Math.max(0, end - clock.now()));
    return false;
  }

  function secret(token: string): void {
    bao.change({ status: 200, secret: { token } });
  }

  function reason(type: string): unknown {
    const { conditions } = objectOf(status);
    return Array.isArray(conditions) ? conditions.map(objectOf).find((each) => each['type'] === type)?.['reason'] : null;
  }

  return { forgejo, bao, asked, valid, seconds, call, live, secret, reason };
}

const SELDOM = { forgejo: OPENBAO, pollIntervalSeconds: 300 };

describe('a token that is rotated, of a pool that polls every five minutes,', () => {
  it('is in use within a minute of its writing', async () => {
    const { live, secret, valid, asked, seconds } = world();
    valid.add('first').add('second');
    secret('first');
    await live('sync', SELDOM, 47);
    const writtenAt = seconds();
    secret('second');
    await live('sync', SELDOM, 60);
    const used = asked.find(({ token }) => token === 'second') ?? expect.fail('it is not in use');
    expect(used.at - writtenAt).toBeLessThanOrEqual(60);
    expect(asked.some(({ token, at }) => token === 'first' && at > used.at)).toBe(false);
  });

  it('is in use within seconds when Forgejo refuses the one before', async () => {
    const { live, secret, valid, asked, seconds } = world();
    secret('first');
    await live('sync', SELDOM, 2);
    valid.add('second');
    const writtenAt = seconds();
    secret('second');
    await live('sync', SELDOM, 20);
    const used = asked.find(({ status }) => status === 200) ?? expect.fail('nothing is in use');
    expect(used).toMatchObject({ token: 'second' });
    expect(used.at - writtenAt).toBeLessThanOrEqual(5);
  });

  it('asks Forgejo no more often for it, and OpenBao every half a minute', async () => {
    const { live, secret, valid, asked, bao } = world();
    valid.add('first');
    secret('first');
    await live('sync', SELDOM, 290);
    expect(new Set(asked.map(({ at }) => Math.round(at)))).toEqual(new Set([0]));
    expect(bao.takeRequests()).toHaveLength(10);
  });

  it('has the whole five minutes when OpenBao is sealed at its next poll', async () => {
    const { live, secret, valid, bao, reason } = world();
    valid.add('first');
    secret('first');
    await live('sync', SELDOM, 295);
    bao.change(SEALED);
    await live('sync', SELDOM, 240);
    expect(reason('Authorized')).toBe('TokenAccepted');
    await live('sync', SELDOM, 90);
    expect(reason('Authorized')).toBe('OpenBaoSealed');
  });

  it('that stays wrong is not asked for more often than every half a minute in the long run', async () => {
    const { live, secret, bao } = world();
    secret('wrong');
    await live('sync', SELDOM, 60);
    bao.takeRequests();
    await live('sync', SELDOM, 600);
    expect(bao.takeRequests().length).toBeLessThanOrEqual(21);
  });
});

describe('a pool that is deleted', () => {
  /** OpenBao has refused it for so long that it is left alone for ten minutes. */
  async function refusedForLong() {
    const lab = world();
    lab.forgejo.change({ runners: [LEFT] });
    lab.bao.change(DENIED);
    await lab.live('sync', { forgejo: OPENBAO }, 1_600);
    expect(lab.reason('Authorized')).toBe('OpenBaoDenied');
    return lab;
  }

  it('takes its registrations along when OpenBao lets it in again within the minute', async () => {
    const { live, secret, valid, asked, forgejo } = await refusedForLong();
    valid.add('first');
    expect(await live('finalize', { forgejo: OPENBAO }, 30)).toBe(false);
    secret('first');
    expect(await live('finalize', { forgejo: OPENBAO }, 120)).toBe(true);
    expect(asked.filter(({ method }) => method === 'DELETE')).toMatchObject([{ token: 'first', status: 204 }]);
    expect(forgejo.registered()).toEqual(new Set());
  });

  it('ends without its token a minute after OpenBao has refused it anew', async () => {
    const { live, seconds } = await refusedForLong();
    const deletedAt = seconds();
    expect(await live('finalize', { forgejo: OPENBAO }, 300)).toBe(true);
    expect(seconds() - deletedAt).toBeGreaterThanOrEqual(60);
    expect(seconds() - deletedAt).toBeLessThan(80);
  });

  it('waits for OpenBao when the last that was heard of it is a refusal of before', async () => {
    const { live, bao } = await refusedForLong();
    bao.change(SEALED);
    expect(await live('finalize', { forgejo: OPENBAO }, 300)).toBe(false);
  });

  it('is not served by the token of OpenBao when it names a Secret now', async () => {
    const { live, call, secret, valid, asked } = world();
    valid.add('first');
    secret('first');
    await live('sync', { forgejo: OPENBAO }, 10);
    const before = asked.length;
    expect(before).toBeGreaterThan(0);
    await call('finalize', { forgejo: SECRET });
    expect(asked.slice(before)).toEqual([]);
  });
});

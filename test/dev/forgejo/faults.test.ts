import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../src/dev/forgejo/faults.ts';
import { createLab, type Lab } from './lab.ts';
import { rest } from './requests.ts';

const RUNNERS = '/api/v1/orgs/acme/actions/runners';

function labWith(rules: readonly FaultRule[], options: { latencyMs?: number; seed?: number } = {}): Lab {
  const lab = createLab(options);
  lab.forgejo.setFaults(rules);
  return lab;
}

function post(lab: Lab) {
  return rest(lab, 'POST', RUNNERS, 'DEV_ALL', { name: 'r' });
}

describe('faults', () => {
  it('answers instead of the server, as often as the rule says, only where it says', async () => {
    const lab = labWith([{ when: { endpoints: ['create'] }, times: 1, fault: { kind: 'answer', status: 503, body: 'busy' } }]);
    expect((await rest(lab, 'GET', RUNNERS, 'DEV_ALL')).status).toBe(200);
    expect(await post(lab)).toEqual({ status: 503, headers: {}, body: 'busy' });
    expect((await post(lab)).status).toBe(201);
    expect(lab.forgejo.runners()).toHaveLength(1);
  });

  it('does the work whose answer is lost', async () => {
    const lab = labWith([{ fault: { kind: 'loseAnswer' } }]);
    await expect(post(lab)).rejects.toMatchObject({ because: { kind: 'unreachable', code: 'ECONNRESET' } });
    expect(lab.forgejo.runners()).toHaveLength(1);
  });

  it('does no work for a refused connection', async () => {
    const lab = labWith([{ when: { methods: ['POST'] }, fault: { kind: 'refuse' } }]);
    await expect(post(lab)).rejects.toMatchObject({ because: { kind: 'unreachable', code: 'ECONNREFUSED' } });
    expect(lab.forgejo.runners()).toEqual([]);
  });

  it('adds latencies up, and serves a request whose client gave up waiting', async () => {
    const lab = labWith(
      [
        { times: 2, fault: { kind: 'latency', ms: 4_000 } },
        { times: 1, fault: { kind: 'latency', ms: 7_000 } },
      ],
      {
        latencyMs: 20,
      },
    );
    const start = lab.clock.now();
    await expect(post(lab)).rejects.toMatchObject({ because: { kind: 'timeout' } });
    expect(lab.clock.now() - start).toBe(10_000);
    expect((await post(lab)).status).toBe(201);
    expect(lab.clock.now() - start).toBe(14_020);
    expect(lab.forgejo.runners()).toHaveLength(2);
  });

  it('hits the same requests again with the same seed', async () => {
    const half: FaultRule = { when: { path: '/orgs/' }, probability: 0.5, fault: { kind: 'answer', status: 500 } };
    const statuses = async (seed: number): Promise<readonly number[]> => {
      const lab = labWith([half], { seed });
      const answers: number[] = [];
      for (let n = 0; n < 40; n += 1) answers.push((await post(lab)).status);
      return answers;
    };
    const first = await statuses(7);
    expect(await statuses(7)).toEqual(first);
    expect(await statuses(8)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([201, 500]));
  });

  it('counts requests by endpoint, faulted ones included', async () => {
    const lab = labWith([{ times: 1, fault: { kind: 'answer', status: 500 } }]);
    await post(lab);
    await post(lab);
    await rest(lab, 'GET', `${RUNNERS}/jobs`, 'DEV_ALL');
    expect(lab.forgejo.counters).toEqual({ create: 2, jobs: 1 });
    expect(lab.forgejo.struck).toEqual(new Map([['answer', 1]]));
  });
});

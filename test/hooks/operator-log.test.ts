import { describe, expect, it } from 'vitest';
import { createOperatorLog } from '../../src/hooks/operator-log.ts';
import { createLog } from '../../src/log.ts';
import { judge } from '../../src/pool/judge.ts';
import type { Outcome } from '../../src/pool/model.ts';
import { aWorld, jobEnd, jobOf, podOf, remembered, rowOf, secretOf, tagsOf, type WorldParts } from '../pool/support/builders.ts';

const R = tagsOf('r', { handle: null });
const IDLE: WorldParts = { secrets: [secretOf(R)], workloads: [jobOf(R)], pods: [podOf(R)], rows: [rowOf(R)] };

function judged(level: 'debug' | 'info', parts: WorldParts): readonly unknown[] {
  const lines: unknown[] = [];
  const log = createOperatorLog(createLog(level, { write: (line) => void lines.push(JSON.parse(line)) }));
  const world = aWorld(parts);
  log.judged(world.pool, judge(world));
  return lines;
}

it('says at debug level which row of the table changed the phase of a runner, and nothing else', () => {
  const [line, ...others] = judged('debug', { ...IDLE, runners: [remembered('r', { phase: 'starting' })] });
  expect(line).toMatchObject({ level: 'debug', runner: 'r', from: 'starting', to: 'idle', row: '11a' });
  expect(others).toEqual([]);
});

it('says nothing of a runner whose phase has not changed', () => {
  expect(judged('debug', { ...IDLE, runners: [remembered('r', { phase: 'idle' })] })).toEqual([]);
});

it('says nothing of a Job that is kept as history', () => {
  expect(judged('debug', { workloads: [jobOf(R, { end: jobEnd() })] })).toEqual([]);
});

it('says nothing of phases at info level', () => {
  expect(judged('info', { ...IDLE, runners: [remembered('r', { phase: 'starting' })] })).toEqual([]);
});

describe('what Forgejo does not do', () => {
  const failure = { kind: 'serverError', method: 'DELETE', path: '/api/v1/orgs/acme/actions/runners/7', status: 502 } as const;
  const effect = { kind: 'deregister', runner: 'r', registration: { id: 7, uuid: 'uuid-of-r' }, whenStatus: ['idle'] } as const;
  const failed = { kind: 'failed', effect, failure, ambiguous: false } as const;
  const throttled = { ...failed, failure: { ...failure, kind: 'throttled', retryAfterSeconds: null } } as const;
  const done = { kind: 'deregistered', effect } as const;

  /** Levels of the lines that calls with these outcomes write. */
  function levelsOf(calls: readonly (readonly Outcome[])[], parts: WorldParts = IDLE): readonly unknown[] {
    const lines: { readonly level?: unknown }[] = [];
    const log = createOperatorLog(createLog('debug', { write: (line) => void lines.push(JSON.parse(line)) }));
    const world = aWorld(parts);
    for (const outcomes of calls) log.outcomes(world.pool, outcomes, judge(world));
    return lines.map(({ level }) => level);
  }

  it.each([
    { because: 'the same at every call is a warning once', calls: [[failed], [failed], [failed]], levels: ['warn', 'debug', 'debug'] },
    { because: 'a call that does not try it ends nothing', calls: [[failed], [], [failed]], levels: ['warn', 'debug'] },
    { because: 'another failure is another warning', calls: [[failed], [throttled]], levels: ['warn', 'warn'] },
    { because: 'after a success it is new', calls: [[failed], [done], [failed]], levels: ['warn', 'info', 'warn'] },
  ])('$because', ({ calls, levels }) => {
    expect(levelsOf(calls)).toEqual(levels);
  });

  it('is not remembered of a runner that is gone', () => {
    expect(levelsOf([[failed], [], [failed]], {})).toEqual(['warn', 'warn']);
  });
});

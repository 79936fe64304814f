import { expect, it } from 'vitest';
import { createOperatorLog } from '../../src/hooks/operator-log.ts';
import { createLog } from '../../src/log.ts';
import { judge } from '../../src/pool/judge.ts';
import { aWorld, jobOf, podOf, remembered, rowOf, secretOf, tagsOf, type WorldParts } from '../pool/support/builders.ts';

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

it('says nothing of phases at info level', () => {
  expect(judged('info', { ...IDLE, runners: [remembered('r', { phase: 'starting' })] })).toEqual([]);
});

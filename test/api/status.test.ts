import { Value } from '@sinclair/typebox/value';
import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS, CONDITION_TYPES } from '../../src/api/conditions.ts';
import { type RunnerPoolStatus, RunnerPoolStatusSchema } from '../../src/api/status.ts';

const at = '2026-11-24T00:00:46Z';

const FULL = {
  observedGeneration: 3,
  conditions: [{ type: 'Ready', status: 'True', reason: 'RunnersReady', message: 'm', lastTransitionTime: at }],
  scope: 'organization:acme',
  server: { version: '15.0.3+gitea-1.22.0', ephemeral: true },
  queue: { waiting: 1, running: 0, oldestWaitingSince: at },
  counts: { desired: 1, starting: 0, idle: 1, busy: 0, draining: 0 },
  runners: [{ name: 'a', phase: 'idle', since: at, asked: [1], askedAt: at, worked: true }],
  backoff: [{ key: 'pool', attempts: 1, until: at, heldBack: false, lastRunner: 'a' }],
  recentRunners: [{ name: 'a', reason: 'r', message: 'm', at, attempt: 1 }],
  lastWarmAttempt: 1,
  replicas: 1,
  selector: 'a=b',
  versions: ['v12.8.2'],
} as const satisfies RunnerPoolStatus;

describe('the status', () => {
  it('is valid with all fields', () => {
    expect([...Value.Errors(RunnerPoolStatusSchema, FULL)]).toEqual([]);
  });

  it('is valid when a new pool has none of them', () => {
    expect(Value.Check(RunnerPoolStatusSchema, {})).toBe(true);
  });

  it.each(['yesterday', '2026-13-01T00:00:00Z', '2026-11-24', '1795478446'])('refuses %s as a time', (until) => {
    const backoff = [{ ...FULL.backoff[0], until }];
    expect(Value.Check(RunnerPoolStatusSchema, { ...FULL, backoff })).toBe(false);
  });
});

describe('the reasons and types of conditions', () => {
  it.each([...Object.keys(CONDITION_REASONS), ...Object.keys(CONDITION_TYPES)])('%s is a word that Kubernetes takes', (word) => {
    expect(word).toMatch(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/);
  });

  it.each(Object.values({ ...CONDITION_REASONS, ...CONDITION_TYPES }))('is explained by a sentence: %s', (sentence) => {
    expect(sentence).toMatch(/^[A-Za-z].*[.?]$/);
  });
});

import { expect, test } from 'vitest';
import { gapsOf } from './coverage.ts';
import { RARE_TRANSITIONS, TRANSITIONS } from './transitions.ts';

test('what was never visited is named', () => {
  const gaps = gapsOf({ rows: { '1a': 3 }, transitions: { 'idle>busy': 1 } });
  expect(gaps.rows).not.toContain('1a');
  expect(gaps.rows).toContain('3b');
  expect(gaps.unseen).not.toContain('idle>busy');
  expect(gaps.unseen).toContain('busy>finishing');
});

test('a transition that nobody expects is named: a completed runner never works again', () => {
  expect(gapsOf({ rows: {}, transitions: { 'completed>busy': 1, 'idle>busy': 1 } }).unexpected).toEqual(['completed>busy']);
});

test('a transition that takes several troubles at once is not missed, and is one that is expected', () => {
  expect(gapsOf({ rows: {}, transitions: {} }).unseen).not.toContain('lost>stray');
  expect([...RARE_TRANSITIONS].filter((transition) => TRANSITIONS[transition] === undefined)).toEqual([]);
});

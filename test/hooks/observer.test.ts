import { expect, it } from 'vitest';
import { guarded, type PoolObserver } from '../../src/hooks/observer.ts';
import { aPool } from '../pool/support/builders.ts';

const VIEW = { pool: aPool(), status: {}, decided: null, at: 0 };

it('an observer that fails stops no call, and what it threw is told', () => {
  const failures: unknown[] = [];
  const failing: PoolObserver = {
    synced() {
      throw new Error('synced');
    },
    ended() {
      throw new Error('ended');
    },
  };
  const observer = guarded(failing, (error) => failures.push(error));
  observer.synced(VIEW);
  observer.ended(aPool());
  expect(failures).toEqual([new Error('synced'), new Error('ended')]);
});

it('an observer that works is told what came', () => {
  const told: unknown[] = [];
  const observer = guarded({ synced: (view) => told.push(view), ended: (pool) => told.push(pool) }, () => told.push('failed'));
  observer.synced(VIEW);
  observer.ended(VIEW.pool);
  expect(told).toEqual([VIEW, VIEW.pool]);
});

import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/runnerpool.ts';
import { specHash } from '../../src/children/spec-hash.ts';
import { aSpec } from './support/inputs.ts';

describe('the hash of a spec', () => {
  it.each<{ changes: Partial<RunnerPoolSpec>; because: string }>([
    { changes: { forgejo: { ...aSpec().forgejo, caSecretRef: { name: 'ca', key: 'ca.crt' } } }, because: 'forgejo' },
    { changes: { mode: 'Persistent' }, because: 'mode' },
    { changes: { labels: ['self-hosted:host'] }, because: 'labels' },
    { changes: { labels: aSpec().labels.toReversed() }, because: 'the order of labels, which the runner is told' },
    { changes: { runner: { image: 'other:12.8.3' } }, because: 'runner' },
    { changes: { containerMode: { type: 'Host' } }, because: 'containerMode' },
    { changes: { template: { spec: { hostNetwork: true } } }, because: 'template' },
    { changes: { jobTimeoutSeconds: 60 }, because: 'jobTimeoutSeconds' },
  ])('differs with $because', ({ changes }) => {
    expect(specHash(aSpec(changes))).not.toBe(specHash(aSpec()));
  });

  it.each<{ changes: Partial<RunnerPoolSpec> }>([
    { changes: { minRunners: 3 } },
    { changes: { maxRunners: 3 } },
    { changes: { pollIntervalSeconds: 30 } },
    { changes: { pendingTimeoutSeconds: 30 } },
    { changes: { idleTimeoutSeconds: 30 } },
    { changes: { drainTimeoutSeconds: 30 } },
    { changes: { history: { succeeded: 0, failed: 0 } } },
    { changes: { paused: true } },
  ])('is the same with $changes, which shapes no runner', ({ changes }) => {
    expect(specHash(aSpec(changes))).toBe(specHash(aSpec()));
  });

  it('ignores the order of keys', () => {
    const one = aSpec({ template: { spec: { hostNetwork: true, nodeSelector: { a: '1', b: '2' } } } });
    const other = aSpec({ template: { spec: { nodeSelector: { b: '2', a: '1' }, hostNetwork: true } } });
    expect(specHash(one)).toBe(specHash(other));
  });

  it('is short and safe as an annotation', () => {
    expect(specHash(aSpec())).toMatch(/^[a-z2-7]{10}$/);
  });
});

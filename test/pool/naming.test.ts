import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runnerName } from '../../src/pool/naming.ts';

const POOL = { namespace: 'ci', name: 'linux', uid: 'd854afc4-eb08-4d29-b4fb-94ca3300977f' };
/** DNS label (RFC 1123). */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('');

/** A name as Kubernetes takes it: alphanumeric at both ends. */
function dnsName(maxLength: number, inner: readonly string[]): fc.Arbitrary<string> {
  const end = fc.constantFrom(...LETTERS);
  const middle = fc.string({ unit: fc.constantFrom(...LETTERS, ...inner), maxLength: maxLength - 2 });
  return fc.tuple(end, middle, end).map((parts) => parts.join(''));
}

const pools = fc.record({ namespace: dnsName(63, ['-']), name: dnsName(253, ['-', '.']), uid: fc.uuid() });

describe('the name of a runner', () => {
  it('is the namespace, the pool and a digest', () => {
    expect(runnerName(POOL, null, 1)).toMatch(/^ci-linux-[a-z2-7]{10}$/);
  });

  it('never changes between versions of the operator: names are never used again', () => {
    expect(runnerName(POOL, null, 1)).toBe('ci-linux-44ayjlb3yc');
    expect(runnerName(POOL, '5ba54702-25b2-4638-8614-ca1d32acf22b', 2)).toBe('ci-linux-ynovm6n22s');
  });

  it('has dashes for the dots of a pool’s name', () => {
    expect(runnerName({ ...POOL, name: 'linux.arm64' }, null, 1)).toMatch(/^ci-linux-arm64-[a-z2-7]{10}$/);
  });

  it('is cut in its head, never in its digest, and not at a dash', () => {
    const long = { ...POOL, name: `${'x'.repeat(42)}-${'y'.repeat(100)}` };
    expect(runnerName(long, null, 1)).toMatch(/^ci-x{42}-[a-z2-7]{10}$/);
  });

  it('is a label that leaves room for the suffix of a Pod', () => {
    fc.assert(
      fc.property(pools, fc.option(fc.uuid()), fc.nat(), (pool, handle, attempt) => {
        const name = runnerName(pool, handle, attempt);
        expect(name).toMatch(LABEL);
        expect(`${name}-x7k2p`.length).toBeLessThanOrEqual(63);
      }),
    );
  });

  it('is another for every pool, handle and attempt, and the same for the same', () => {
    const runner = fc.tuple(pools, fc.option(fc.uuid()), fc.nat({ max: 1000 }));
    const same = (runners: readonly unknown[]) => JSON.stringify(runners);
    fc.assert(
      fc.property(runner, runner, ([pool, handle, attempt], [otherPool, otherHandle, otherAttempt]) => {
        const variants = [
          [pool, handle, attempt],
          [otherPool, handle, attempt],
          [{ ...pool, uid: otherPool.uid }, handle, attempt],
          [pool, otherHandle, attempt],
          [pool, handle, otherAttempt],
          [pool, handle, attempt + 1001],
        ] as const;
        const inputs = new Set(variants.map(([{ namespace, name, uid }, ...rest]) => same([namespace, name, uid, ...rest])));
        const names = new Set(variants.map(([each, ...rest]) => runnerName(each, ...rest)));
        expect(names.size).toBe(inputs.size);
      }),
    );
  });

  it('does not depend on where one part ends and the next begins', () => {
    expect(runnerName(POOL, '1', 11)).not.toBe(runnerName(POOL, '11', 1));
    expect(runnerName({ ...POOL, uid: 'u' }, 'v', 1)).not.toBe(runnerName({ ...POOL, uid: 'uv' }, '', 1));
  });
});

import { describe, expect, it } from 'vitest';
import { createAdmission } from '../../src/service/admission.ts';

function admission(eventLoopDelayMs = 0) {
  return createAdmission({ maxConcurrent: 2, maxEventLoopDelayMs: 1000, eventLoopDelayMs: () => eventLoopDelayMs });
}

describe('a hook call', () => {
  it('is refused while as many are under way as may be', () => {
    const gate = admission();
    expect([gate.enter(), gate.enter(), gate.enter()]).toEqual([null, null, 'concurrency']);
    gate.leave();
    expect(gate.enter()).toBeNull();
    expect(gate.inFlight).toBe(2);
  });

  it('counts until it has ended, even when its caller has gone', async () => {
    const gate = admission();
    const { promise, resolve } = Promise.withResolvers<void>();
    const calls = [gate.run(() => promise), gate.run(() => promise)];
    expect(gate.enter()).toBe('concurrency');
    resolve();
    await Promise.all(calls);
    expect(gate.enter()).toBeNull();
  });

  it('is refused while the event loop is late', () => {
    expect(admission(1001).enter()).toBe('eventLoop');
    expect(admission(1000).enter()).toBeNull();
  });

  it('is refused once the service stops', () => {
    const gate = admission();
    gate.close();
    expect(gate.enter()).toBe('shutdown');
  });

  it('that fails has ended too', async () => {
    const gate = admission();
    const failing = gate.run(() => Promise.reject(new Error('x')));
    const idle = gate.idle();
    await expect(failing).rejects.toThrow('x');
    await idle;
    expect([gate.enter(), gate.enter()]).toEqual([null, null]);
  });
});

/** What `kubectl wait` and `kubectl scale` rely on: a condition of the present generation, and counts that follow the spec. */
import { describe, expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

/** As kubectl decides (`pkg/cmd/wait`): a condition counts only for the generation that the status was written for. */
function isMet(lab: Lab, type: string, status: string): boolean {
  const generation = lab.cluster.get('RunnerPool', 'ci', 'pool')?.metadata.generation;
  const { observedGeneration, conditions = [] } = lab.status();
  if (generation === undefined || observedGeneration === undefined || observedGeneration < generation) return false;
  return conditions.some((condition) => condition.type === type && condition.status === status);
}

describe('kubectl wait --for=condition=Ready', () => {
  it.each(['Ephemeral', 'Persistent'])('ends within the first sync of a %s pool', async (mode) => {
    const lab = await openLab({ spec: { mode, minRunners: 1 } });
    expect(isMet(lab, 'Ready', 'True')).toBe(false);
    await lab.clock.advance(1_000);
    expect(isMet(lab, 'Ready', 'True')).toBe(true);
    lab.close();
  });

  it('waits for the sync of a spec that has just been changed', async () => {
    const lab = await openLab();
    await lab.clock.advance(1_000);
    lab.applyPool({ maxRunners: 2 });
    expect(isMet(lab, 'Ready', 'True')).toBe(false);
    await lab.clock.advance(1_000);
    expect(isMet(lab, 'Ready', 'True')).toBe(true);
    lab.close();
  });

  it('does not end while the spec is refused, nor without a token, and does once that is mended', async () => {
    const lab = await openLab();
    await lab.clock.advance(1_000);
    lab.applyPool({ runner: { image: 'r:12.8.2', config: { log: { level: 'debug' } } } });
    await lab.clock.advance(1_000);
    expect([isMet(lab, 'Ready', 'True'), isMet(lab, 'Ready', 'False')]).toEqual([false, true]);
    expect(lab.condition('Ready')).toBe('Ready=False SpecInvalid');
    lab.applyPool({ runner: { image: 'r:12.8.2' } });
    lab.dropTokenSecret();
    await lab.clock.advance(3_000);
    expect(lab.condition('Ready')).toBe('Ready=False TokenSecretMissing');
    lab.setToken(lab.apiToken);
    await lab.clock.advance(3_000);
    expect(isMet(lab, 'Ready', 'True')).toBe(true);
    lab.close();
  });
});

describe('kubectl scale', () => {
  it.each(['Ephemeral', 'Persistent'])('sets how many idle runners a %s pool has, and the count follows', async (mode) => {
    const lab = await openLab({ spec: { mode, idleTimeoutSeconds: 5 } });
    await lab.clock.advance(5_000);
    expect(lab.status().replicas).toBe(0);
    lab.applyPool({ minRunners: 2 });
    await lab.until('two runners are idle', () => lab.status().replicas === 2 && lab.status().counts?.idle === 2, 60_000);
    lab.applyPool({ minRunners: 0 });
    await lab.until('they are gone', () => lab.status().replicas === 0, 120_000);
    lab.close();
  });
});

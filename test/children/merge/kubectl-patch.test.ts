/**
 * Our merge against kubectl's, on drawn patches over templates that we render. The answers are recorded (`record.ts`);
 * `KUBECTL=kubectl` asks that command for each of them again.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../../src/children/json.ts';
import { mergeTemplate } from '../../../src/children/merge/merge-template.ts';
import { strategicMerge } from '../../../src/children/merge/strategic-merge.ts';
import { type RecordedCase, readFixture, withChanges } from './fixture.ts';
import { kubectlPatch } from './kubectl.ts';

const KUBECTL = process.env['KUBECTL'];
/** One call takes about a fifth of a second. */
const LIVE_TIMEOUT_MS = 600_000;

const { bases, cases } = readFixture();
const patched = cases.flatMap(({ base, patch, changes, settled }) =>
  changes === undefined ? [] : [{ base: baseOf(base), patch, settled, template: withChanges(baseOf(base), changes) }],
);
const refused = cases.filter(({ changes }) => changes === undefined);

function baseOf(name: string): JsonObject {
  const base = bases[name];
  if (base === undefined) throw new Error(`the fixture has no base ${name}`);
  return base;
}

function answerOf({ base, changes }: RecordedCase): JsonObject {
  return changes === undefined ? { kind: 'refused' } : { kind: 'patched', template: withChanges(baseOf(base), changes) };
}

describe('what kubectl answered', () => {
  it('is more than 250 merges, and some that it refused', () => {
    expect(patched.length).toBeGreaterThan(250);
    expect(refused.length).toBeGreaterThan(5);
  });

  it.each([
    '"$patch":"delete"',
    '"$patch":"replace"',
    '"$patch":"merge"',
    '"$retainKeys":',
    '"$setElementOrder/containers":',
    '"$setElementOrder/volumes":',
    '"$setElementOrder/env":',
    '"$setElementOrder/finalizers":',
    '"$deleteFromPrimitiveList/args":',
    '"$deleteFromPrimitiveList/finalizers":',
    '{"$patch":"replace"}',
    '"tolerations":',
    '"hostAliases":',
    '"imagePullSecrets":',
    '"topologySpreadConstraints":',
    '"affinity":',
    '"resourceClaims":',
    ':null',
  ])('has patches with %s', (text) => {
    expect(cases.some(({ patch }) => JSON.stringify(patch).includes(text))).toBe(true);
  });

  it('is what we merge', () => {
    for (const { base, patch, template } of patched) expect(strategicMerge(base, patch), JSON.stringify(patch)).toEqual(template);
  });

  it('is what a second merge leaves when kubectl leaves it too', () => {
    for (const { patch, template, settled } of patched) {
      if (settled === undefined) continue;
      expect(isDeepStrictEqual(strategicMerge(template, patch), template), JSON.stringify(patch)).toBe(settled);
    }
  });

  it('is an error where the template can only stay a template', () => {
    for (const { base, patch } of refused) expect(isObject(mergeTemplate(baseOf(base), patch)), JSON.stringify(patch)).toBe(true);
  });

  it.runIf(KUBECTL)(
    'is what the kubectl of today answers',
    () => {
      for (const recorded of cases) {
        expect(kubectlPatch(KUBECTL ?? '', baseOf(recorded.base), recorded.patch), JSON.stringify(recorded.patch)).toEqual(
          answerOf(recorded),
        );
      }
    },
    LIVE_TIMEOUT_MS,
  );
});

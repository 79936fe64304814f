/**
 * Records what the `kubectl` on the PATH makes of drawn patches: `node test/children/merge/record.ts [--cases N] [--seed S]`.
 * `--dry-run` writes nothing and shows the first patch that we merge in another way.
 */
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { JsonObject } from '../../../src/children/json.ts';
import { strategicMerge } from '../../../src/children/merge/strategic-merge.ts';
import { createRandom } from '../../../src/dev/forgejo/random.ts';
import { oneOf } from '../../simulation/draw.ts';
import { renderBases } from './bases.ts';
import { drawPatch } from './draw-patch.ts';
import { changesOf, FIXTURE, fixtureText, type RecordedCase } from './fixture.ts';
import { type KubectlAnswer, kubectlPatch, kubectlVersion } from './kubectl.ts';

const KUBECTL = 'kubectl';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '360' },
    seed: { type: 'string', default: '20261130' },
    'dry-run': { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed);
const bases = renderBases();
const random = createRandom(seed);
const drawn = Array.from({ length: Number(values.cases) }, () => {
  const name = oneOf(random, Object.keys(bases));
  const base = bases[name] ?? {};
  const patch = drawPatch(random, base);
  return { name, base, patch, answer: kubectlPatch(KUBECTL, base, patch) };
});

const cases = drawn.map(({ name, base, patch, answer }): RecordedCase => {
  if (answer.kind === 'refused') return { base: name, patch };
  return { base: name, patch, changes: changesOf(base, answer.template), ...settled(patch, answer.template) };
});

const refused = drawn.filter(({ answer }) => answer.kind === 'refused');
const different = drawn.filter(({ base, patch, answer }) => !isMerged(base, patch, answer));
const text = fixtureText({ kubectl: kubectlVersion(KUBECTL), seed, bases, cases });
if (!values['dry-run']) writeFileSync(FIXTURE, text);
process.stdout.write(
  `seed ${seed}: ${drawn.length} cases, ${refused.length} refused by kubectl, ${different.length} merged in another way, ` +
    `${cases.filter((recorded) => recorded.settled === false).length} not settled, ${text.length} bytes\n`,
);
const [first] = different;
if (first !== undefined) process.stdout.write(`${first.name} ${JSON.stringify(first.patch)}\n`);
process.exitCode = different.length === 0 ? 0 : 1;

function settled(patch: JsonObject, template: JsonObject): Pick<RecordedCase, 'settled'> {
  const again = kubectlPatch(KUBECTL, template, patch);
  return again.kind === 'refused' ? {} : { settled: isDeepStrictEqual(again.template, template) };
}

function isMerged(base: JsonObject, patch: JsonObject, answer: KubectlAnswer): boolean {
  return answer.kind === 'refused' || isDeepStrictEqual(strategicMerge(base, patch), answer.template);
}

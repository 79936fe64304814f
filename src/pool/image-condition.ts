/** The condition ImageSupported: the audit of the images, fed with what the runners of the present spec report. */
import { messageOf } from '../api/condition-advice.ts';
import type { ConditionReason } from '../api/conditions.ts';
import { imageVersion } from '../api/runner-image.ts';
import { DEFAULT_IMAGES } from '../api/spec/images.ts';
import type { Finding } from './conditions.ts';
import { auditImage, type ImageVerdict } from './image-audit.ts';
import type { World } from './model.ts';
import type { Plan } from './plan.ts';
import type { Previous } from './status.ts';

const SHIPPED = imageVersion({ image: DEFAULT_IMAGES.runner });

/** Nothing is said of a spec that can't be read. */
export function imageSupported(world: World, plan: Plan): readonly Finding[] {
  const reported = reportedVersions(world, plan);
  const verdict = verdictOf(world.spec, reported);
  if (verdict === null) return [];
  const { supported, reason, message } = verdict;
  const finding: Finding = { type: 'ImageSupported', status: supported ? 'True' : 'False', reason, message };
  return [reported.length > 0 ? finding : { ...finding, provisional: true }];
}

const BY_REPORT: ReadonlySet<string> = new Set<ConditionReason>(['ImageUnsupported', 'ImageVersionDiffers']);

/**
 * Between two jobs, and while Forgejo is away, there is no runner to report: what the last ones said of the same spec goes on
 * standing. The status is read for its generation only when there is such a word.
 */
export function withStandingReport(found: readonly Finding[], previous: Previous, { pool }: World): readonly Finding[] {
  const said = previous.conditions.find(({ type }) => type === 'ImageSupported');
  if (said === undefined || !BY_REPORT.has(said.reason) || !found.some(({ provisional }) => provisional)) return found;
  return previous.status().observedGeneration === pool.generation ? found.filter(({ provisional }) => !provisional) : found;
}

const lastVerdicts = new WeakMap<World['spec'], { readonly said: string; readonly verdict: ImageVerdict | null }>();

/** A pool whose runners report what they reported before is audited once. */
function verdictOf(spec: World['spec'], reported: readonly string[]): ImageVerdict | null {
  const said = JSON.stringify([...new Set(reported)].toSorted());
  const last = lastVerdicts.get(spec);
  if (last?.said === said) return last.verdict;
  const verdict = auditImage(spec, reported, SHIPPED);
  lastVerdicts.set(spec, { said, verdict });
  return verdict;
}

/** A runner of an older spec may have had another image. */
function reportedVersions({ specHash }: World, { fates }: Plan): readonly string[] {
  return fates.flatMap(({ slot: { tags, row } }) => (tags.specHash === specHash && row?.declared === true ? [row.version] : []));
}

/** What a spec that is refused says of its image: the first problem with it. */
export function imageRefused(problems: readonly { readonly field: string; readonly message: string }[]): readonly Finding[] {
  const image = problems.find(({ field }) => field === 'spec.runner.image' || field === 'spec.runner.version');
  if (image === undefined) return [];
  const message = messageOf('ImageUnsupported', `${image.field}: ${image.message}.`);
  return [{ type: 'ImageSupported', status: 'False', reason: 'ImageUnsupported', message }];
}

/** Every case, in the order of the run: what kills parts and what changes the definition comes last. */
import type { Case } from '../case.ts';
import { goldenChildrenAreTaken, podsKeepTheirLevel } from './children.ts';
import { everyRuleRefuses, nothingImmutableChanges, theOperatorRefusesTheRest, validSpecsPass } from './definition.ts';
import { deletionInEveryPhase, deletionOfABrokenPool, deletionOfANamespace, deletionWithoutForgejo } from './deletion.ts';
import { kubectlTellsTheStory } from './kubectl.ts';
import { aHundredJobs, everyModeLives } from './life.ts';
import { kustomizationsApply, rendersApply, samplesApply, shippedPodsAreAdmitted } from './manifests.ts';
import { partsAreKilled } from './restarts.ts';
import { metacontrollerMayDoNoMore, nothingWasDenied, theServiceMayDoNothing } from './rights.ts';
import { steadyPoolsCostNoWrite } from './steady.ts';
import { upgradeUnderRunningJobs } from './upgrade.ts';

export const CASES: readonly Case[] = [
  everyRuleRefuses,
  validSpecsPass,
  theOperatorRefusesTheRest,
  nothingImmutableChanges,
  samplesApply,
  kustomizationsApply,
  rendersApply,
  shippedPodsAreAdmitted,
  goldenChildrenAreTaken,
  podsKeepTheirLevel,
  theServiceMayDoNothing,
  metacontrollerMayDoNoMore,
  kubectlTellsTheStory,
  everyModeLives,
  aHundredJobs,
  steadyPoolsCostNoWrite,
  deletionInEveryPhase,
  deletionOfABrokenPool,
  deletionOfANamespace,
  deletionWithoutForgejo,
  nothingWasDenied,
  ...partsAreKilled,
  upgradeUnderRunningJobs,
];

/** From what people run runners with today to RunnerPools. Equal input gives equal output. */
import { isMade, type KubernetesObject, titleOf } from '../manifests/objects.ts';
import { podSpecOf } from '../manifests/pod-specs.ts';
import type { Source } from '../manifests/source.ts';
import { type Estate, estateOf } from './estate.ts';
import { finished, type MigratedPool } from './finish.ts';
import { fromScaledJob } from './from-keda.ts';
import { runnerContainer } from './from-pods.ts';
import { fromScaleSet } from './from-scale-set.ts';
import { fromChartValues } from './from-values.ts';
import { fromWorkload } from './from-workload.ts';
import type { Draft, Wishes } from './part.ts';

export interface Migration {
  readonly pools: readonly MigratedPool[];
  /** Runners that no pool was made from, each with the reason. */
  readonly skipped: readonly string[];
}

/** Pools in the order of their origins: objects first, then Helm values. */
export function migrate(sources: readonly Source[], wishes: Wishes): Migration {
  const estate = estateOf(sources);
  const objects = estate.objects.filter((object) => !isMade(object));
  const drafts = [
    ...objects.flatMap((object) => draftOf(estate, object, wishes) ?? []),
    ...estate.releases.map((release) =>
      release.values.chart === 'scale-set' ? fromScaleSet(release, wishes) : fromChartValues(release, wishes),
    ),
  ];
  const pools = named(drafts).map(({ draft, name }) => ({ draft, migrated: finished(draft, name) }));
  return {
    pools: pools.flatMap(({ migrated }) => migrated ?? []),
    skipped: [
      ...objects.flatMap((object) => skippedBecause(estate, object, wishes) ?? []),
      ...pools.flatMap(({ draft, migrated }) => (migrated === null ? [`${draft.origin}: no valid pool could be made from it.`] : [])),
    ],
  };
}

function draftOf(estate: Estate, object: KubernetesObject, wishes: Wishes): Draft | null {
  return fromWorkload(estate, object, wishes) ?? fromScaledJob(estate, object, wishes);
}

/** A runner that is no daemon and that nothing scales, such as a Job, is somebody's own arrangement. */
function skippedBecause(estate: Estate, object: KubernetesObject, wishes: Wishes): string | null {
  if (runnerContainer(podSpecOf(object)) === null || draftOf(estate, object, wishes) !== null) return null;
  return `${titleOf(object)} (${object.source.file}:${object.located.lineAt([])}): runs forgejo-runner, but from a ${object.kind} no pool is made.`;
}

interface Named {
  readonly draft: Draft;
  readonly name: string;
}

/** Names as Kubernetes takes them, each once in its namespace. */
function named(drafts: readonly Draft[]): readonly Named[] {
  const taken = new Set<string>();
  return drafts.map((draft) => {
    const wanted = objectName(draft.name);
    const candidates = [wanted, ...drafts.map((_, index) => `${wanted}-${index + 2}`)];
    const name = candidates.find((candidate) => !taken.has(`${draft.namespace}/${candidate}`)) ?? wanted;
    taken.add(`${draft.namespace}/${name}`);
    return { draft, name };
  });
}

function objectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'runners' : name;
}

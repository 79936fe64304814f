/** Values of Helm charts: which file or object holds them, and which chart they are for. */

import { fieldsOf, isObject } from '../../api/objects.ts';
import { at, type Located } from './located.ts';
import type { Path } from './path.ts';

/**
 * `forgejo-runner`: the chart of wrenix and its copies (`runner.config.…`). `scale-set`: gha-runner-scale-set of
 * actions-runner-controller (`githubConfigUrl`).
 */
export interface HelmValues {
  readonly chart: 'forgejo-runner' | 'scale-set';
  readonly located: Located;
}

/** Where GitOps tools put the values of a release: Flux, Argo CD. */
const IN_OBJECTS: Readonly<Record<string, readonly Path[]>> = {
  HelmRelease: [['spec', 'values']],
  Application: [
    ['spec', 'source', 'helm', 'valuesObject'],
    ['spec', 'source', 'helm', 'values'],
  ],
};

/** Of a document: itself, the values of a sub-chart in it, or those within an object. */
export function helmValuesIn(located: Located): readonly HelmValues[] {
  const { kind, apiVersion } = fieldsOf(located.value);
  if (typeof kind === 'string' && typeof apiVersion === 'string') {
    const paths = Object.hasOwn(IN_OBJECTS, kind) ? (IN_OBJECTS[kind] ?? []) : [];
    return paths.flatMap((path) => withSubCharts(at(located, path)));
  }
  return withSubCharts(located);
}

/** An umbrella chart has the values of a dependency under its name, one level down. */
function withSubCharts(located: Located): readonly HelmValues[] {
  const own = chartOf(located.value);
  if (own !== null) return [{ chart: own, located }];
  return Object.entries(fieldsOf(located.value)).flatMap(([key, value]) => {
    const chart = chartOf(value);
    return chart === null ? [] : [{ chart, located: at(located, [key]) }];
  });
}

function chartOf(value: unknown): HelmValues['chart'] | null {
  const values = fieldsOf(value);
  if (typeof values['githubConfigUrl'] === 'string') return 'scale-set';
  const config = fieldsOf(values['runner'])['config'];
  if (!isObject(config)) return null;
  return ['create', 'existingSecret', 'existingInitSecret', 'instance', 'token', 'file'].some((key) => Object.hasOwn(config, key))
    ? 'forgejo-runner'
    : null;
}

/** `image: {registry, repository, tag}` as one name; null when there is no tag. */
export function chartImage(value: unknown, registry: string, repository: string): string | null {
  const image = fieldsOf(value);
  const { tag } = image;
  if (typeof tag !== 'string' || tag === '') return null;
  return `${textOr(image['registry'], registry)}/${textOr(image['repository'], repository)}:${tag}`;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** RunnerPools, from a file or as they live: what the operator would refuse, what moves, what is privileged. */
import type { ConditionReason } from '../../api/conditions.ts';
import { API_VERSION, GROUP, KIND } from '../../api/keys.ts';
import { fieldsOf } from '../../api/objects.ts';
import { imageVersion } from '../../api/runner-image.ts';
import { DEFAULT_IMAGES } from '../../api/spec/images.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { validateSpec } from '../../api/validate.ts';
import { auditImage } from '../../pool/image-audit.ts';
import type { KubernetesObject } from '../manifests/objects.ts';
import { type Path, pathOf } from '../manifests/path.ts';
import { type AuditFinding, findingAt, type Place } from './finding.ts';
import type { RuleId } from './rules.ts';

const SHIPPED = imageVersion({ image: DEFAULT_IMAGES.runner });

/** The other reasons of an image that is spoken of are no finding. */
const IMAGE_RULES: Partial<Record<ConditionReason, RuleId>> = {
  ImageUnsupported: 'pool-image-unsupported',
  ImageVersionDiffers: 'pool-image-differs',
  ImageFloating: 'pool-image-floating',
  ImageOld: 'pool-image-old',
};

export function isPool({ group, kind }: KubernetesObject): boolean {
  return group === GROUP && kind === KIND;
}

export function checkPool(place: Place, object: KubernetesObject): readonly AuditFinding[] {
  const { located } = object;
  const { apiVersion, spec, status } = fieldsOf(located.value);
  if (apiVersion !== API_VERSION)
    return [findingAt(place, 'pool-api-version', located.lineAt(['apiVersion']), 'Is of another version, and was not looked at.')];
  const validated = validateSpec(spec);
  const problemsOf = (rule: RuleId, problems: readonly { readonly field: string; readonly message: string }[]): readonly AuditFinding[] =>
    problems.map(({ field, message }) => findingAt(place, rule, located.lineAt(pathOf(field)), `${field}: ${message}`));
  if (!validated.ok) return problemsOf('pool-invalid', validated.problems);
  return [
    ...problemsOf('pool-unknown-field', validated.warnings),
    ...checkImages(place, object, validated.spec, reportedIn(status)),
    ...checkPrivileges(place, object, validated.spec),
  ];
}

function checkImages(
  place: Place,
  { located }: KubernetesObject,
  spec: RunnerPoolSpec,
  reported: readonly string[],
): readonly AuditFinding[] {
  const verdict = auditImage(spec, reported, SHIPPED);
  const rule = verdict === null ? undefined : IMAGE_RULES[verdict.reason];
  return verdict === null || rule === undefined
    ? []
    : [findingAt(place, rule, located.lineAt(['spec', 'runner', 'image']), verdict.message)];
}

function reportedIn(status: unknown): readonly string[] {
  const { versions } = fieldsOf(status);
  return Array.isArray(versions) ? versions.filter((version) => typeof version === 'string') : [];
}

function checkPrivileges(place: Place, { located }: KubernetesObject, spec: RunnerPoolSpec): readonly AuditFinding[] {
  const found: readonly (readonly [Path, string])[] = [
    ...(spec.containerMode.type === 'Dind'
      ? [
          [
            ['spec', 'containerMode', 'type'],
            'containerMode.type Dind: the Docker sidecar is privileged, and so the node is as safe as its jobs.',
          ] as const,
        ]
      : []),
    ...(fieldsOf(spec.runner.config?.['container'])['privileged'] === true
      ? [
          [
            ['spec', 'runner', 'config', 'container', 'privileged'],
            'runner.config.container.privileged: the containers of the jobs are privileged within their Docker daemon.',
          ] as const,
        ]
      : []),
    ...privilegedContainers(spec).map((path) => [path, `${path.slice(1).join('.')}: a container is privileged.`] as const),
  ];
  return found.map(([path, message]) => findingAt(place, 'pool-privileged', located.lineAt(path), message));
}

function privilegedContainers({ template }: RunnerPoolSpec): readonly Path[] {
  return ['initContainers', 'containers'].flatMap((list) => {
    const containers = fieldsOf(template?.spec)[list];
    if (!Array.isArray(containers)) return [];
    return containers.flatMap((container: unknown, index) =>
      fieldsOf(fieldsOf(container)['securityContext'])['privileged'] === true
        ? [['spec', 'template', 'spec', list, index, 'securityContext', 'privileged']]
        : [],
    );
  });
}

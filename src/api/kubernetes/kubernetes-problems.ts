/** What Kubernetes' own schema says of the parts of a spec that are in Kubernetes' own words. */

import type { Problem } from '../rules/rule.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { check, type KubernetesFindings } from './kubernetes-check.ts';

type InKubernetesWords = Pick<
  RunnerPoolSpec,
  'template' | 'resources' | 'tolerations' | 'affinity' | 'topologySpreadConstraints' | 'containerMode' | 'cache'
>;

/** In the order of the spec, and within a part in the order of Kubernetes' schema. */
export function kubernetesFindings(spec: InKubernetesWords): KubernetesFindings {
  const found = [
    ...checked('spec.containerMode.dind.resources', 'ResourceRequirements', spec.containerMode.dind?.resources),
    ...checked('spec.cache.server.resources', 'ResourceRequirements', spec.cache?.server?.resources),
    ...checked('spec.resources', 'ResourceRequirements', spec.resources),
    ...checkedList('spec.tolerations', 'Toleration', spec.tolerations),
    ...checked('spec.affinity', 'Affinity', spec.affinity),
    ...checkedList('spec.topologySpreadConstraints', 'TopologySpreadConstraint', spec.topologySpreadConstraints),
    ...(spec.template === undefined ? [] : [check('spec.template', 'PodTemplateSpec', 'patch', spec.template)]),
  ];
  return {
    problems: firstOfEachField(found.flatMap(({ problems }) => problems)),
    warnings: firstOfEachField(found.flatMap(({ warnings }) => warnings)),
  };
}

function checked(path: string, type: string, value: unknown): readonly KubernetesFindings[] {
  return value === undefined ? [] : [check(path, type, 'plain', value)];
}

function checkedList(path: string, type: string, list: readonly unknown[] = []): readonly KubernetesFindings[] {
  return list.map((entry, index) => check(`${path}[${index}]`, type, 'plain', entry));
}

function firstOfEachField(problems: readonly Problem[]): readonly Problem[] {
  const byField = new Map<string, Problem>();
  for (const problem of problems) if (!byField.has(problem.field)) byField.set(problem.field, problem);
  return [...byField.values()];
}

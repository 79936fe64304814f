import { readFileSync } from 'node:fs';
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import { describe, expect, it } from 'vitest';
import { consistentRights } from '../../src/children/pod/security.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { BAD_PODS, GOOD_POD } from './support/bad-pods.ts';
import { type Case, cases } from './support/cases.ts';
import { anInput } from './support/inputs.ts';
import { podSecurity, RULE_IDS, type Verdict } from './support/pod-security.ts';

/** What the checks of Kubernetes themselves said to the same Pods; a new Pod has to be put before them and added. */
interface Recorded {
  readonly module: string;
  readonly policyVersion: string;
  readonly checks: readonly string[];
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

const recorded: Recorded = JSON.parse(readFileSync(new URL('pod-security/recorded.json', import.meta.url), 'utf8'));

function podOf({ spec, tags }: Case): PodTemplateSpec {
  const pod = renderRunner(anInput({ spec, tags })).spec?.template;
  if (pod === undefined) throw new Error('no Pod template');
  return pod;
}

function containersOf({ spec }: PodTemplateSpec): readonly Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

function withoutDind(pod: PodTemplateSpec): PodTemplateSpec {
  if (pod.spec === undefined) return pod;
  return { ...pod, spec: { ...pod.spec, initContainers: (pod.spec.initContainers ?? []).filter(({ name }) => name !== 'dind') } };
}

describe.each(cases)('the Pod of $name', (row) => {
  const pod = podOf(row);

  it(`passes ${row.level} and nothing stricter`, () => {
    expect(podSecurity(pod).level).toBe(row.level);
  });

  it('is judged as Kubernetes judged it', () => {
    expect(podSecurity(pod)).toEqual(recorded.verdicts[row.name]);
  });

  it('passes restricted but for its Docker sidecar', () => {
    expect(podSecurity(withoutDind(pod)).broken).toEqual([]);
  });

  it("shows the runner's token to the runner alone", () => {
    const readers = containersOf(pod).filter(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === 'credentials'));
    expect(readers.map(({ name }) => name)).toEqual(['runner']);
    expect(pod.spec?.volumes?.find(({ name }) => name === 'credentials')?.secret?.defaultMode).toBe(0o440);
    expect(pod.spec?.securityContext?.fsGroup).toBe(1000);
  });

  it('mounts no ServiceAccount token, and lets the runner write to volumes only', () => {
    expect(pod.spec?.automountServiceAccountToken).toBe(false);
    expect(pod.spec?.containers[0]?.securityContext?.readOnlyRootFilesystem).toBe(true);
  });
});

describe('the sidecar', () => {
  it('as root is privileged', () => {
    const dind = cases.filter(({ spec }) => spec.containerMode.type === 'Dind').map((row) => podSecurity(podOf(row)).broken);
    expect(new Set(dind.flat())).toContain('privileged');
  });

  it('without root is not, and breaks no rule of baseline', () => {
    const row = cases.find(({ name }) => name === 'rootless-assigned');
    expect(row && podSecurity(podOf(row)).broken).toEqual([
      'allowPrivilegeEscalation',
      'capabilities_restricted',
      'procMount_restricted',
      'seccompProfile_restricted',
    ]);
  });
});

describe('the table of the Pod Security Standards', () => {
  it('has the rules of the module that was recorded', () => {
    expect(RULE_IDS).toEqual(recorded.checks);
  });

  it('finds nothing in a good Pod', () => {
    expect(podSecurity(GOOD_POD)).toEqual({ level: 'restricted', broken: [] });
    expect(recorded.verdicts['good-pod']).toEqual({ level: 'restricted', broken: [] });
  });

  it.each(BAD_PODS)('finds $name, as Kubernetes does', ({ name, breaks, pod }) => {
    expect(podSecurity(pod).broken).toEqual(breaks);
    expect(podSecurity(pod)).toEqual(recorded.verdicts[name]);
  });

  it('has a bad Pod for every rule', () => {
    expect([...new Set(BAD_PODS.flatMap(({ breaks }) => breaks))].toSorted()).toEqual(RULE_IDS);
  });

  it('was recorded for these Pods and no others', () => {
    const names = ['good-pod', ...cases.map(({ name }) => name), ...BAD_PODS.map(({ name }) => name)];
    expect(Object.keys(recorded.verdicts).toSorted()).toEqual(names.toSorted());
  });
});

describe('a container that may escalate anyway', () => {
  it.each([
    { rights: { privileged: true, allowPrivilegeEscalation: false }, left: { privileged: true }, because: 'it is privileged' },
    {
      rights: { capabilities: { add: ['CAP_SYS_ADMIN'] }, allowPrivilegeEscalation: false },
      left: { capabilities: { add: ['CAP_SYS_ADMIN'] } },
      because: 'it has CAP_SYS_ADMIN',
    },
  ])('does not say that it may not, which Kubernetes refuses: $because', ({ rights, left }) => {
    expect(consistentRights({ name: 'a', securityContext: rights })).toEqual({ name: 'a', securityContext: left });
  });

  it.each([
    { rights: { privileged: false, allowPrivilegeEscalation: false } },
    { rights: { privileged: true, allowPrivilegeEscalation: true } },
    { rights: { capabilities: { add: ['SETUID'] }, allowPrivilegeEscalation: false } },
  ])('keeps $rights', ({ rights }) => {
    expect(consistentRights({ name: 'a', securityContext: rights })).toEqual({ name: 'a', securityContext: rights });
  });
});

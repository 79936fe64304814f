/** What the fields of `containerMode` must keep together. */

import { HOST_LABEL_PATTERN } from '../runner-label.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { celMatches, type StateRule } from './rule.ts';

type Modal = Pick<RunnerPoolSpec, 'containerMode' | 'labels' | 'mode' | 'maxRunners' | 'schedules'>;

const MODE = 'spec.containerMode';
const STORE = 'self.containerMode.dind.storage.claimName';
/** Arguments of dockerd that say where it listens and what it keeps; short flags may be joined (`-DH`). */
const OWN_ARGUMENT = '^(-[A-Za-z]*[HGg]|--(host|group|data-root|config-file|tls[a-z]*)(=|$))';

const hostLabel = new RegExp(HOST_LABEL_PATTERN);
const ownArgument = new RegExp(OWN_ARGUMENT);

function unless(holds: boolean, field: string): readonly string[] {
  return holds ? [] : [field];
}

export function hasSidecar(type: RunnerPoolSpec['containerMode']['type']): boolean {
  return type === 'Dind' || type === 'DindRootless';
}

type External = RunnerPoolSpec['containerMode']['external'];

function isByTcp(external: External): boolean {
  return external?.dockerHost.startsWith('tcp://') === true;
}

function hasTls(external: External): boolean {
  return external?.tlsSecretRef !== undefined;
}

function runsOneAtATime({ mode, maxRunners, schedules }: Modal): boolean {
  return mode === 'Ephemeral' && maxRunners <= 1 && schedules.every((window) => (window.maxRunners ?? 0) <= 1);
}

export const CONTAINER_MODE_RULES: readonly StateRule<Modal>[] = [
  {
    kind: 'state',
    at: 'spec',
    message: 'labels must all be NAME:host when containerMode.type is Host: there is no Docker for any other',
    cel: `self.containerMode.type != 'Host' || self.labels.all(label, ${celMatches('label', HOST_LABEL_PATTERN)})`,
    broken: ({ containerMode, labels }) =>
      containerMode.type === 'Host' ? labels.flatMap((label, index) => unless(hostLabel.test(label), `spec.labels[${index}]`)) : [],
  },
  {
    kind: 'state',
    at: MODE,
    message: 'must set dind only when type is Dind or DindRootless',
    cel: "self.type in ['Dind', 'DindRootless'] || !has(self.dind)",
    broken: ({ containerMode: { type, dind } }) => unless(hasSidecar(type) || dind === undefined, `${MODE}.dind`),
  },
  {
    kind: 'state',
    at: MODE,
    message: 'must set external when type is External',
    cel: "self.type != 'External' || has(self.external)",
    broken: ({ containerMode: { type, external } }) => unless(type !== 'External' || external !== undefined, `${MODE}.external`),
  },
  {
    kind: 'state',
    at: MODE,
    message: 'must set external only when type is External',
    cel: "self.type == 'External' || !has(self.external)",
    broken: ({ containerMode: { type, external } }) => unless(type === 'External' || external === undefined, `${MODE}.external`),
  },
  {
    kind: 'state',
    at: `${MODE}.external`,
    message: 'must set tlsSecretRef when dockerHost begins with tcp: whoever reaches a Docker daemon without TLS is root there',
    cel: "!self.dockerHost.startsWith('tcp://') || has(self.tlsSecretRef)",
    broken: ({ containerMode: { external } }) => unless(!isByTcp(external) || hasTls(external), `${MODE}.external.tlsSecretRef`),
  },
  {
    kind: 'state',
    at: `${MODE}.external`,
    message: 'must set tlsSecretRef only when dockerHost begins with tcp: a unix socket has no TLS',
    cel: "self.dockerHost.startsWith('tcp://') || !has(self.tlsSecretRef)",
    broken: ({ containerMode: { external } }) => unless(isByTcp(external) || !hasTls(external), `${MODE}.external.tlsSecretRef`),
  },
  {
    kind: 'state',
    at: `${MODE}.dind.args`,
    message:
      'must not set --host, --group, --data-root, --config-file or a --tls flag: where the daemon listens and what it keeps is fixed',
    cel: `self.all(argument, !${celMatches('argument', OWN_ARGUMENT)})`,
    broken: ({ containerMode: { dind } }) =>
      (dind?.args ?? []).flatMap((argument, index) => unless(!ownArgument.test(argument), `${MODE}.dind.args[${index}]`)),
  },
  {
    kind: 'state',
    at: `${MODE}.dind.storage`,
    message: 'must set at most one of emptyDir, ephemeral and claimName',
    cel: '[has(self.emptyDir), has(self.ephemeral), has(self.claimName)].filter(set, set).size() <= 1',
    broken: ({ containerMode: { dind } }) =>
      unless(Object.values(dind?.storage ?? {}).filter((value) => value !== undefined).length <= 1, `${MODE}.dind.storage`),
  },
  {
    kind: 'state',
    at: 'spec',
    message:
      'containerMode.dind.storage.claimName must be set only in a pool of mode Ephemeral with maxRunners 1 (10 when it is left out), also in schedules: two Docker daemons destroy a store that they share',
    cel: [
      '!has(self.containerMode.dind)',
      '!has(self.containerMode.dind.storage)',
      `!has(${STORE})`,
      "(self.mode == 'Ephemeral' && self.maxRunners <= 1 && (!has(self.schedules) || self.schedules.all(window, !has(window.maxRunners) || window.maxRunners <= 1)))",
    ].join(' || '),
    broken: (spec) =>
      unless(spec.containerMode.dind?.storage?.claimName === undefined || runsOneAtATime(spec), `${MODE}.dind.storage.claimName`),
  },
];

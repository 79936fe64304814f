/** Ends of a Pod that no process brought about, in the recorded words (K3, K5). */
import type { ContainerSpec, Terminated } from './objects.ts';
import type { ContainerView } from './pod-status.ts';

export const PRESSURE = {
  memory:
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52428Ki. Container runner was using 1141472Ki, request is 0, has larger consumption of memory. ',
  'ephemeral-storage': 'Pod ephemeral local storage usage exceeds the total limit of containers 30Mi. ',
} as const;
export type PressedResource = keyof typeof PRESSURE;

const UNKNOWN_END: Terminated = {
  exitCode: 137,
  finishedAt: null,
  message: 'The container could not be located when the pod was terminated',
  reason: 'ContainerStatusUnknown',
  startedAt: null,
};

function allIn(containers: readonly ContainerSpec[], state: ContainerView['state']): Readonly<Record<string, ContainerView>> {
  return Object.fromEntries(containers.map((container) => [container.name, { state }]));
}

/** Deleted before it ever ran: 137 with `startedAt` null (trap D). */
export function neverStarted(containers: readonly ContainerSpec[]): Readonly<Record<string, ContainerView>> {
  return allIn(containers, { terminated: UNKNOWN_END });
}

/** The command does not exist (K6-nocmd). `at`: RFC 3339. */
export function startFailed(containers: readonly ContainerSpec[], message: string, at: string): Readonly<Record<string, ContainerView>> {
  return allIn(containers, {
    terminated: { exitCode: 128, reason: 'StartError', message, startedAt: '1970-01-01T00:00:00Z', finishedAt: at },
  });
}

export function waitingFor(
  containers: readonly ContainerSpec[],
  reason: string,
  message?: string,
): Readonly<Record<string, ContainerView>> {
  return allIn(containers, { waiting: { reason, ...(message === undefined ? {} : { message }) } });
}

/** How long a preStop hook holds back the TERM: `sleep`, or `sleep N` in its command. */
export function preStopMs(hook: NonNullable<ContainerSpec['lifecycle']>['preStop']): number {
  const seconds = hook?.sleep?.seconds ?? Number(/\bsleep ([0-9]+)/.exec(hook?.exec?.command.join(' ') ?? '')?.[1] ?? 0);
  return seconds * 1000;
}

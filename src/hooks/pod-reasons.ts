/** Which of Kubernetes' words for the state of a Pod we repeat; any other becomes `Unknown`, since a Pod's text is its author's. */
import type { PodReason } from '../pool/observed.ts';

const RECOGNISED = {
  Completed: true,
  Error: true,
  OOMKilled: true,
  Evicted: true,
  StartError: true,
  ContainerStatusUnknown: true,
  OutOfcpu: true,
  OutOfmemory: true,
  OutOfpods: true,
  NodeAffinity: true,
  NodeShutdown: true,
  Unschedulable: true,
  ContainerCreating: true,
  PodInitializing: true,
  ErrImagePull: true,
  ImagePullBackOff: true,
  ErrImageNeverPull: true,
  InvalidImageName: true,
  CreateContainerConfigError: true,
  CreateContainerError: true,
  RunContainerError: true,
  CrashLoopBackOff: true,
  Unknown: true,
} as const satisfies Record<PodReason, true>;

export function recognise(reason: string | null): PodReason | null {
  if (reason === null) return null;
  return isRecognised(reason) ? reason : 'Unknown';
}

function isRecognised(reason: string): reason is PodReason {
  return Object.hasOwn(RECOGNISED, reason);
}

/**
 * The RunnerPool resource, v1alpha1: the one source of the TypeScript type, of the CRD and of the reference page.
 */
import { type Static, Type } from '@sinclair/typebox';

export const SecretKeyRef = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 253, description: 'Name of the Secret, in the namespace of the pool.' }),
    key: Type.String({ minLength: 1, maxLength: 253, default: 'token', description: 'Key within the Secret.' }),
  },
  { additionalProperties: false },
);

const RunnerPoolSpecSchema = Type.Object({}, { additionalProperties: true });

/** The spec as the decisions see it: valid, with every default filled in. Seconds are integers; names are Kubernetes'. */
export interface RunnerPoolSpec {
  readonly forgejo: {
    /** Without a trailing slash. */
    readonly url: string;
    /** Exactly one is set. */
    readonly scope: {
      readonly instance?: Record<string, never>;
      readonly organization?: string;
      readonly user?: Record<string, never>;
      readonly repository?: string;
    };
    readonly tokenSecretRef: { readonly name: string; readonly key: string };
    readonly caSecretRef?: { readonly name: string; readonly key: string };
    readonly caConfigMapRef?: { readonly name: string; readonly key: string };
  };
  readonly mode: 'Ephemeral' | 'Persistent';
  readonly labels: readonly string[];
  readonly minRunners: number;
  readonly maxRunners: number;
  readonly pollIntervalSeconds: number;
  readonly runner: { readonly image: string; readonly version?: string };
  readonly containerMode: { readonly type: 'Host' | 'Dind'; readonly dind?: { readonly image: string } };
  /** Partial PodTemplateSpec. */
  readonly template?: { readonly metadata?: Record<string, unknown>; readonly spec?: Record<string, unknown> };
  readonly jobTimeoutSeconds: number;
  readonly pendingTimeoutSeconds: number;
  readonly idleTimeoutSeconds: number;
  /** Default: jobTimeoutSeconds + 600, filled in by validation. */
  readonly drainTimeoutSeconds: number;
  readonly history: { readonly succeeded: number; readonly failed: number };
  readonly paused: boolean;
}
export { RunnerPoolSpecSchema };
export type SecretKeyRef = Static<typeof SecretKeyRef>;

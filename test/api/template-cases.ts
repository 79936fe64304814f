/** What the tables of refused templates share. */
import type { RefusedCase } from './specs.ts';

export interface Reason {
  readonly message: string;
  readonly because: string;
}

/** `fields` are below `spec.template.spec`; `with` is what else the spec says. */
export function pod(
  situation: string,
  spec: unknown,
  fields: readonly string[],
  { message, because }: Reason,
  more: object = {},
): RefusedCase {
  return {
    situation: `template ${situation}`,
    because,
    patch: { ...more, template: { spec } },
    problems: fields.map((field) => ({ field: `spec.template.spec.${field}`, message })),
  };
}

export const CA = { forgejo: { caConfigMapRef: { name: 'ca' } } };
export const CACHE = { cache: { server: {} } };
export const TLS = { containerMode: { type: 'External', external: { dockerHost: 'tcp://docker:2376', tlsSecretRef: { name: 'docker' } } } };
export const ROOTLESS = { containerMode: { type: 'DindRootless' } };
export const HOST = { labels: ['sh:host'], containerMode: { type: 'Host' } };
export const JOB_ENV = { runner: { envFrom: [{ secretRef: { name: 'tokens' } }] } };

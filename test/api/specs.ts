/** Specs for the tests of this folder. */
export interface Json {
  readonly [field: string]: unknown;
}

/** The smallest spec that is valid. */
export const MINIMAL = {
  forgejo: { url: 'https://forgejo.example.org', scope: { organization: 'acme' }, tokenSecretRef: { name: 'forgejo-token' } },
  labels: ['docker:docker://node:22-bookworm'],
  runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
} as const satisfies Json;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON merge patch (RFC 7386): null takes a field away. */
export function patched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = patched(result[key], value);
  }
  return result;
}

export interface RefusedCase {
  readonly situation: string;
  readonly because: string;
  /** Merge patch on the minimal spec. */
  readonly patch: unknown;
  readonly problems: readonly { readonly field: string; readonly message: string }[];
}

/** The real `kubectl patch --local`, for recording and for comparing. */
import { execFileSync } from 'node:child_process';
import { isObject, type JsonObject } from '../../../src/children/json.ts';

/** `refused`: kubectl ends with an error. */
export type KubectlAnswer = { readonly kind: 'patched'; readonly template: JsonObject } | { readonly kind: 'refused' };

/** What `kubectl` makes of a template and a patch; it talks to no cluster. */
export function kubectlPatch(kubectl: string, base: JsonObject, patch: JsonObject): KubectlAnswer {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'x' }, template: base });
  const options = ['patch', '--local', '-o', 'json', '--type=strategic', '-f', '-', '-p', JSON.stringify({ template: patch })];
  try {
    const { template = {} } = JSON.parse(execFileSync(kubectl, options, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }));
    return { kind: 'patched', template: asRead(template) };
  } catch (error) {
    if (isObject(error) && error['status'] === 1) return { kind: 'refused' };
    throw error;
  }
}

/** Without what a distributor adds to it. */
export function kubectlVersion(kubectl: string): string {
  const { clientVersion } = JSON.parse(execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }));
  return String(clientVersion.gitVersion).replace(/-.*/, '');
}

/**
 * As the API server would read it: kubectl leaves null and directives within what is new, and the server takes a null for nothing.
 * An entry or a map with a `$patch` that kubectl left is no part of a Pod either.
 */
function asRead(template: unknown): JsonObject {
  return JSON.parse(JSON.stringify(template, withoutLeftovers));
}

function withoutLeftovers(this: unknown, key: string, value: unknown): unknown {
  if (value === null || key.startsWith('$')) return undefined;
  if (Array.isArray(value)) return value.filter((entry) => entry !== null && !isLeftover(entry));
  return isLeftover(value) ? undefined : value;
}

function isLeftover(value: unknown): boolean {
  return isObject(value) && (value['$patch'] ?? null) !== null;
}

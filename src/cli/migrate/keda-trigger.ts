/** What a trigger of KEDA's forgejo-runner scaler knows (keda.sh, "Forgejo"; KEDA 2.18, `forgejo_runner_scaler.go`). */
import { type Fields, fieldsOf } from '../../api/objects.ts';
import { FORGEJO_TRIGGER } from '../audit/check-keda.ts';
import type { KubernetesObject } from '../manifests/objects.ts';
import { type Estate, findObject } from './estate.ts';
import type { TokenSecret } from './part.ts';
import type { ForgejoHints } from './parts/forgejo-part.ts';

/** The first such trigger of a ScaledJob or ScaledObject; null when there is none. */
export function forgejoTrigger({ group, located }: KubernetesObject): Fields | null {
  const { triggers } = fieldsOf(fieldsOf(located.value)['spec']);
  if (group !== 'keda.sh' || !Array.isArray(triggers)) return null;
  return triggers.map(fieldsOf).find(({ type }) => type === FORGEJO_TRIGGER) ?? null;
}

export function hintsOf(estate: Estate, namespace: string | null, trigger: Fields): Partial<ForgejoHints> {
  const metadata = fieldsOf(trigger['metadata']);
  return {
    url: textOf(metadata['address']),
    scope: scopeOf(metadata),
    tokenSecret: tokenSecretOf(estate, namespace, fieldsOf(trigger['authenticationRef'])),
  };
}

/** As the scaler chooses the path that it asks; without any of them it is the user of the token. */
function scopeOf(metadata: Fields): Fields {
  const [owner, repository, organization] = ['owner', 'repo', 'org'].map((key) => textOf(metadata[key]));
  if (owner && repository) return { repository: `${owner}/${repository}` };
  if (organization) return { organization };
  return String(metadata['global']) === 'true' ? { instance: {} } : { user: {} };
}

function tokenSecretOf(estate: Estate, namespace: string | null, { name, kind }: Fields): TokenSecret | null {
  if (typeof name !== 'string') return null;
  const authentication = findObject(estate, typeof kind === 'string' ? kind : 'TriggerAuthentication', namespace, name);
  const { secretTargetRef } = fieldsOf(fieldsOf(authentication?.located.value)['spec']);
  const token = (Array.isArray(secretTargetRef) ? secretTargetRef : []).map(fieldsOf).find(({ parameter }) => parameter === 'token');
  const [secret, key] = [textOf(token?.['name']), textOf(token?.['key'])];
  return secret === null ? null : { name: secret, ...(key === null || key === 'token' ? {} : { key }) };
}

/** Names without images: the scaler compares names only. */
export function labelNamesOf(trigger: Fields): readonly string[] | null {
  return textOf(fieldsOf(trigger['metadata'])['labels'])?.split(',') ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Triggers of KEDA's forgejo-runner scaler (keda.sh, "Forgejo", from 2.18 on). */
import { fieldsOf } from '../../api/objects.ts';
import { isLiteral } from '../manifests/literal.ts';
import type { KubernetesObject } from '../manifests/objects.ts';
import { type AuditFinding, findingAt, type Place } from './finding.ts';

export const FORGEJO_TRIGGER = 'forgejo-runner';

export function checkKeda(place: Place, { group, kind, located }: KubernetesObject): readonly AuditFinding[] {
  if (group !== 'keda.sh' || !['ScaledJob', 'ScaledObject'].includes(kind)) return [];
  const { triggers } = fieldsOf(fieldsOf(located.value)['spec']);
  if (!Array.isArray(triggers)) return [];
  return triggers.flatMap((trigger: unknown, index) => {
    const { type, metadata } = fieldsOf(trigger);
    if (type !== FORGEJO_TRIGGER) return [];
    const { token, global } = fieldsOf(metadata);
    const path = ['spec', 'triggers', index];
    return [
      findingAt(place, 'keda-forgejo-runner', located.lineAt([...path, 'type']), wordsFor(String(global) === 'true')),
      ...(isLiteral(token)
        ? [
            findingAt(
              place,
              'token-in-clear-text',
              located.lineAt([...path, 'metadata', 'token']),
              'The API token of the trigger stands here as it is.',
            ),
          ]
        : []),
    ];
  });
}

/** KEDA 2.18, `forgejo_runner_scaler.go`: the path of a global trigger is the old one. */
function wordsFor(global: boolean): string {
  const counted = 'Runners are started for a number of jobs, running ones included, and not for a job';
  return global ? `${counted}; with global: "true" the queue is read over the deprecated /api/v1/admin/runners/jobs.` : `${counted}.`;
}

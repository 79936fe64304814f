/** Values of the charts that people run forgejo-runner with. */
import { fieldsOf } from '../../api/objects.ts';
import { chartImage, type HelmValues } from '../manifests/helm-values.ts';
import { isLiteral } from '../manifests/literal.ts';
import { checkRunnerImage } from './check-image.ts';
import { type AuditFinding, findingAt, type Place } from './finding.ts';

/** The values of a scale set are GitHub's, and right for it: only `migrate` reads them. */
export function checkHelmValues(place: Place, { chart, located }: HelmValues): readonly AuditFinding[] {
  if (chart !== 'forgejo-runner') return [];
  const values = fieldsOf(located.value);
  const config = fieldsOf(fieldsOf(values['runner'])['config']);
  const image = chartImage(values['image'], 'code.forgejo.org', 'forgejo/runner');
  return [
    ...(image === null ? [] : checkRunnerImage(place, located.lineAt(['image', 'tag']), image, false)),
    ...['token', 'existingInitSecret'].flatMap((key) => {
      const value = config[key];
      if (typeof value !== 'string' || value === '') return [];
      const line = located.lineAt(['runner', 'config', key]);
      const used = findingAt(
        place,
        'helm-registration-token',
        line,
        `runner.config.${key} makes the chart register its runner with a registration token; that is deprecated.`,
      );
      return key === 'token' && isLiteral(value)
        ? [used, findingAt(place, 'token-in-clear-text', line, 'The value of runner.config.token stands here as it is.')]
        : [used];
    }),
  ];
}

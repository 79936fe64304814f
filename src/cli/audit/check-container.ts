/** Containers of Pods and services of docker compose: image, command line, variables. */

import { fieldsOf, isObject } from '../../api/objects.ts';
import { isLiteral } from '../manifests/literal.ts';
import type { Located } from '../manifests/located.ts';
import type { Path } from '../manifests/path.ts';
import { type Container, commandLineOf } from '../manifests/pod-specs.ts';
import { isRunnerImage } from '../manifests/runner-images.ts';
import { joined, type Passage } from '../manifests/source.ts';
import { checkRunnerImage } from './check-image.ts';
import { checkText } from './check-text.ts';
import { type AuditFinding, findingAt, type Place } from './finding.ts';

const TOKEN_VARIABLE = /^(GITEA|FORGEJO)_RUNNER_REGISTRATION_TOKEN(_FILE)?$/;

export function checkContainer(place: Place, { located, image, commandLine }: Container): readonly AuditFinding[] {
  return [
    ...checkImageField(place, located, image, commandLine),
    ...checkText(place, spoken(image, commandLine)),
    ...variables(place, located),
  ];
}

/** `located`: a service of a compose file. */
export function checkComposeService(place: Place, located: Located): readonly AuditFinding[] {
  const { image, environment } = fieldsOf(located.value);
  const named = typeof image === 'string' ? image : null;
  const commandLine = commandLineOf(located, ['entrypoint', 'command']);
  const entries: readonly (readonly [Path, string, boolean])[] = Array.isArray(environment)
    ? environment.map((entry, index) => [['environment', index], String(entry).split('=')[0] ?? '', isLiteral(String(entry).split('=')[1])])
    : Object.entries(fieldsOf(environment)).map(([name, value]) => [['environment', name], name, isLiteral(value)]);
  return [
    ...checkImageField(place, located, named, commandLine),
    ...checkText(place, spoken(named, commandLine)),
    ...entries.flatMap(([path, name, literal]) => variable(place, located.lineAt(path), name, literal)),
  ];
}

function checkImageField(place: Place, located: Located, image: string | null, commandLine: Passage): readonly AuditFinding[] {
  return image === null ? [] : checkRunnerImage(place, located.lineAt(['image']), image, /\bone-job\b/.test(commandLine.text));
}

/** Of the official image the program may be left out: `args: [register, …]`. */
function spoken(image: string | null, commandLine: Passage): Passage {
  const implied = image !== null && isRunnerImage(image) && /^(register|create-runner-file)\b/.test(commandLine.text);
  return implied ? joined([{ text: 'forgejo-runner', lineAt: () => commandLine.lineAt(0) }, commandLine]) : commandLine;
}

function variables(place: Place, located: Located): readonly AuditFinding[] {
  const { env } = fieldsOf(located.value);
  if (!Array.isArray(env)) return [];
  return env.flatMap((entry: unknown, index) => {
    const { name, value } = fieldsOf(entry);
    return typeof name === 'string' ? variable(place, located.lineAt(['env', index]), name, isLiteral(value)) : [];
  });
}

function variable(place: Place, line: number, name: string, literal: boolean): readonly AuditFinding[] {
  if (!TOKEN_VARIABLE.test(name)) return [];
  const used = findingAt(place, 'registration-token-variable', line, `Sets ${name}, by which a runner registers; that is deprecated.`);
  if (!literal || name.endsWith('_FILE')) return [used];
  return [used, findingAt(place, 'token-in-clear-text', line, `The value of ${name} stands here as it is.`)];
}

/** Keys of a Secret or ConfigMap that carry a registration token; their values are not looked at. */
export function checkTokenKeys(place: Place, located: Located): readonly AuditFinding[] {
  return ['data', 'stringData'].flatMap((section) => {
    const data = fieldsOf(located.value)[section];
    if (!isObject(data)) return [];
    return Object.keys(data)
      .filter((key) => TOKEN_VARIABLE.test(key))
      .map((key) =>
        findingAt(
          place,
          'registration-token-variable',
          located.lineAt([section, key]),
          `Holds ${key}, by which a runner registers; that is deprecated.`,
        ),
      );
  });
}

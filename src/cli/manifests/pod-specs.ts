/** Where the Pods of an object, and the containers of a Pod, stand. */

import { fieldsOf } from '../../api/objects.ts';
import { at, type Located } from './located.ts';
import type { KubernetesObject } from './objects.ts';
import type { Path } from './path.ts';
import { joined, type Passage } from './source.ts';

const TEMPLATE: Path = ['spec', 'template', 'spec'];
const POD_SPECS: Readonly<Record<string, Path>> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  Deployment: TEMPLATE,
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  StatefulSet: TEMPLATE,
  DaemonSet: TEMPLATE,
  Job: TEMPLATE,
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE],
  ScaledJob: ['spec', 'jobTargetRef', 'template', 'spec'],
};

/** Null when objects of that kind have no Pods. */
export function podSpecOf({ kind, located }: KubernetesObject): Located | null {
  const path = Object.hasOwn(POD_SPECS, kind) ? POD_SPECS[kind] : undefined;
  return path === undefined ? null : at(located, path);
}

export interface Container {
  readonly located: Located;
  readonly name: string;
  readonly init: boolean;
  readonly image: string | null;
  /** `command` and `args` as one command line. */
  readonly commandLine: Passage;
}

/** Init containers first, as they run. */
export function containersOf(podSpec: Located): readonly Container[] {
  const fields = fieldsOf(podSpec.value);
  return ['initContainers', 'containers'].flatMap((list) => {
    const items = fields[list];
    if (!Array.isArray(items)) return [];
    return items.map((item: unknown, index) => containerAt(at(podSpec, [list, index]), fieldsOf(item), list === 'initContainers'));
  });
}

function containerAt(located: Located, { name, image }: Readonly<Record<string, unknown>>, init: boolean): Container {
  return {
    located,
    name: typeof name === 'string' ? name : '',
    init,
    image: typeof image === 'string' ? image : null,
    commandLine: commandLineOf(located, ['command', 'args']),
  };
}

/** The words under these keys, each a list of strings or one string. */
export function commandLineOf(located: Located, keys: readonly string[]): Passage {
  const fields = fieldsOf(located.value);
  const words = keys.flatMap((key) => {
    const value = fields[key];
    const paths: readonly Path[] = Array.isArray(value) ? value.map((_, index) => [key, index]) : [[key]];
    return paths.flatMap((path) => located.passageAt(path) ?? []);
  });
  return joined(words);
}

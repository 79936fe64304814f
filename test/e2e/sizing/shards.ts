/** Two Metacontrollers that share the pools by a label: a CompositeController for each, as docs/sizing.md says. */
import type { NewObject } from '../../../src/dev/cluster/objects.ts';
import { addMetacontroller, type Instance } from '../controller/metacontroller.ts';
import { compositeController, type World } from '../world.ts';
import { SHARD_LABEL } from './pools.ts';
import type { Row } from './rows.ts';
import { argumentsFor } from './tuning.ts';

const TARGET = '--target-label-selector=';

/** Not started yet. */
export async function instancesFor(world: World, row: Row): Promise<readonly Instance[]> {
  const args = argumentsFor(row.tuning);
  const name = `metacontroller ${row.tuning} ${row.pools} ${row.pollSeconds}`.replaceAll(' ', '-');
  if (row.metacontrollers === 1) return [await addMetacontroller(optionsOf(world), name, args)];
  const rest = args.filter((argument) => !argument.startsWith(TARGET));
  await world.api.remove('CompositeController', undefined, compositeController(world.service).metadata.name ?? '');
  for (const shard of SHARDS) await world.api.apply(controllerOf(world, shard));
  return Promise.all(
    SHARDS.map((shard) => addMetacontroller(optionsOf(world), `${name}-shard-${shard}`, [...rest, `${TARGET}${SHARD_LABEL}=${shard}`])),
  );
}

const SHARDS = ['0', '1'] as const;

function controllerOf(world: World, shard: string): NewObject {
  const shipped = compositeController(world.service);
  const { parentResource, ...spec } = shipped['spec'] as Readonly<Record<string, object>>; // as shipped
  const { metadata, ...rest } = shipped;
  return {
    ...rest,
    metadata: { ...metadata, name: `${metadata.name}-${shard}`, labels: { ...metadata.labels, [SHARD_LABEL]: shard } },
    spec: { ...spec, parentResource: { ...parentResource, labelSelector: { matchLabels: { [SHARD_LABEL]: shard } } } },
  };
}

function optionsOf({ programs, parts, controllerConfig }: World): Parameters<typeof addMetacontroller>[0] {
  if (parts.metacontroller === null) throw new Error('Metacontroller is what is measured: METACONTROLLER_BIN or PATH must have it');
  return { programs, binary: parts.metacontroller, kubeconfig: controllerConfig };
}

/** The world of a run before anything goes wrong. */
import { KIND } from '../../src/api/keys.ts';
import { FORGEJO_URL, type VirtualWorld } from '../../src/dev/virtual-world.ts';
import type { HttpResponse } from '../../src/forgejo/transport.ts';
import { NAMESPACE, ORGANIZATION, POOL, REPOSITORIES, TOKEN_SECRET } from './names.ts';
import { firstEdits, neighbourObject, poolObject, repositoryIdOf } from './pool-spec.ts';
import type { Simulation } from './simulation.ts';

const FOREIGN = 'somebody else’s';
/** As another operator's pool would write it. */
const ELSEWHERE = 'forgejo-runner-operator pool=00000000-0000-4000-8000-000000000000 handle=- attempt=1 created=2026-11-24T00:00:00.000Z';

export async function setUp(simulation: Simulation): Promise<void> {
  const { world, scenario } = simulation;
  setUpForgejo(world);
  simulation.token = newToken(world);
  const foreign = [
    addForeignRow(simulation, 'shelf'),
    addForeignRow(simulation, 'ci-pool0000000000'),
    addForeignRow(simulation, 'x', ELSEWHERE),
  ];
  await world.clock.advance(100);
  for (const { status } of await Promise.all(foreign)) if (status !== 201) throw new Error(`a foreign row was answered with ${status}`);
  for (const [index, cluster] of world.clusters.entries()) {
    cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    applyTokenSecret(simulation, index);
    cluster.apply(poolObject(scenario, firstEdits(scenario)));
  }
  if (scenario.neighbour) world.cluster.apply(neighbourObject(scenario));
}

function setUpForgejo({ forgejo }: VirtualWorld): void {
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: ORGANIZATION, owners: ['dev'] });
  forgejo.addOrganization({ name: 'elsewhere', owners: ['dev'] });
  for (const path of REPOSITORIES) {
    const id = forgejo.addRepository({ path });
    if (id !== repositoryIdOf(path)) throw new Error(`${path} has the id ${id}`);
  }
}

export function newToken({ forgejo }: VirtualWorld): string {
  return forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });
}

export function applyTokenSecret({ world, token }: Simulation, cluster: number): void {
  const metadata = { name: TOKEN_SECRET, namespace: NAMESPACE };
  world.clusters[cluster]?.apply({ apiVersion: 'v1', kind: 'Secret', metadata, data: { token: btoa(token) } });
}

/** A registration that no pool of this run made; its name or description may look like that of one. */
export function addForeignRow({ world, token }: Simulation, name: string, description: string = FOREIGN): Promise<HttpResponse> {
  return world.forgejo.handle({
    method: 'POST',
    url: `${FORGEJO_URL}/api/v1/orgs/${ORGANIZATION}/actions/runners`,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, description, ephemeral: false }),
    timeoutMs: 60_000,
  });
}

/** The pool as people want it now; nothing when it is not there. */
export function applyPool({ scenario, world, edits }: Simulation, index: number): void {
  const wanted = edits[index];
  const cluster = world.clusters[index];
  if (wanted !== undefined && cluster?.get(KIND, NAMESPACE, POOL) !== undefined) cluster.apply(poolObject(scenario, wanted));
}

/** 1000 pools of 100 namespaces, in each of which everything that is counted has happened. */
import { aBusyWorld } from '../../hooks/support/busy-world.ts';
import { viewOf } from '../../hooks/support/views.ts';
import { aRegistry, type Meters, renamed } from './scrape.ts';

const KINDS = ['docker', 'docker-large', 'arm64', 'release', 'gpu-a100'];

export function aThousandPools(): Meters {
  const meters = aRegistry();
  const view = viewOf(aBusyWorld());
  for (let index = 0; index < 1000; index += 1) {
    const [team, kind] = [index % 100, Math.floor(index / 100)];
    meters.pools.synced(renamed(view, `team-${String(team).padStart(3, '0')}`, `${KINDS[kind % KINDS.length]}-${kind}`));
  }
  return meters;
}

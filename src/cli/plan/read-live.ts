/** Forgejo's side of a plan as the server shows it now: reads alone. */
import { scopeOf } from '../../api/scope.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { Access } from '../../forgejo/access.ts';
import { createReader } from '../../forgejo/reader.ts';
import { createRepositoryDirectory } from '../../forgejo/repositories.ts';
import { resolveAccess, tokenOrigin } from '../../hooks/access.ts';
import type { DecodedRequest } from '../../hooks/decode.ts';
import type { RepositoryFilter } from '../../pool/repositories.ts';
import { readCa, readToken, TOKEN_VARIABLE } from '../doctor/read-target.ts';
import { parseForgejo } from '../input/parse-scope.ts';
import type { CliWorld } from '../world.ts';
import { MEMORYLESS, type PlanDeps, type PlanOptions, type Read, repositoriesOf } from './plan-options.ts';
import { recordedView, type WorldInput } from './plan-world.ts';

/** More than one list with all its pages takes. */
const LOOK_UP_MS = 10_000;

export async function readLive(
  options: PlanOptions,
  spec: RunnerPoolSpec,
  decoded: DecodedRequest,
  world: CliWorld,
  deps: PlanDeps,
): Promise<Read> {
  const { transport, clock } = deps;
  const access = await liveAccess(options, spec, decoded, world, clock.now());
  const reader = createReader({ transport, clock });
  const forgejo = await reader.read(access, scopeOf(spec.forgejo), { intervalMs: 0 });
  const directory = createRepositoryDirectory({ transport, clock });
  const until = clock.now() + LOOK_UP_MS;
  const repositories = await everyName(() => repositoriesOf(spec, decoded, access, directory, until));
  const clusterNow = clock.now();
  return {
    input: { forgejo: trusted(forgejo), repositories, now: reader.forgejoNow(access), clusterNow },
    assumptions: MEMORYLESS,
  };
}

/** The directory asks for some names with each call, since a pool calls again; here nobody does. */
async function everyName(look: () => Promise<RepositoryFilter>): Promise<RepositoryFilter> {
  let filter = await look();
  for (let before = Number.POSITIVE_INFINITY, left = unasked(filter); left > 0 && left < before; left = unasked(filter)) {
    before = left;
    filter = await look();
  }
  return filter;
}

function unasked({ unresolved }: RepositoryFilter): number {
  return unresolved.filter(({ failure }) => failure === null).length;
}

/** What one look can't tell is taken for granted, as it is with a recorded queue. */
function trusted(forgejo: WorldInput['forgejo']): WorldInput['forgejo'] {
  if (forgejo.kind !== 'answered') return forgejo;
  const { jobs, registrations, registrationsReadAt } = forgejo.snapshot;
  const view = recordedView(jobs, registrations, registrationsReadAt, forgejo.nextReadAt - registrationsReadAt);
  return view.kind === 'answered'
    ? { ...view, snapshot: { ...view.snapshot, registrationsComplete: forgejo.snapshot.registrationsComplete } }
    : view;
}

const NO_OPENBAO = { openBao: { tokens: null, checks: null } };

/** Inside the cluster the server may have another name than here. */
async function liveAccess(
  { url, tokenFile, caFile }: PlanOptions,
  spec: RunnerPoolSpec,
  decoded: DecodedRequest,
  world: CliWorld,
  now: number,
): Promise<Access> {
  // OpenBao lets only the operator in: such a pool has no token here but the given one.
  const { tokenFrom, ...forgejo } = spec.forgejo;
  const tokenOfPool = { token: null, isInOpenBao: tokenFrom !== undefined };
  const hasOther = tokenFile !== undefined || (world.env[TOKEN_VARIABLE] ?? '') !== '';
  const other = hasOther ? await readToken(tokenFile, tokenOfPool, world) : null;
  const last = other === null ? null : { url: forgejo.url, token: other, origin: tokenOrigin(forgejo) };
  const resolved = await resolveAccess(forgejo, decoded, NO_OPENBAO, now, { last, since: now });
  const found = resolved.kind === 'access' ? resolved.access : null;
  const token = other ?? found?.token ?? (await readToken(tokenFile, tokenOfPool, world));
  const base = url === undefined ? forgejo.url : parseForgejo(url, 'instance').url;
  const ca = caFile === undefined ? found?.ca : await readCa(caFile, world);
  return { url: base, token, ...(ca === undefined ? {} : { ca }) };
}

/** From options to a rehearsal. */
import { validateSpec } from '../../api/validate.ts';
import { decodeRequest } from '../../hooks/decode.ts';
import { parseTime } from '../../hooks/wire.ts';
import { parseObjects } from '../input/parse-objects.ts';
import { checkStdin, readArgument } from '../input/read-argument.ts';
import { CliError, type CliWorld } from '../world.ts';
import type { PlanDeps, PlanOptions } from './plan-options.ts';
import { planWorld } from './plan-world.ts';
import { readLive } from './read-live.ts';
import { readRecorded } from './read-recorded.ts';
import { rehearse } from './rehearse.ts';
import type { Told } from './render.ts';
import { newestTimeOfRequest, toRequest } from './to-request.ts';

/** A spec that is refused is an answer too. */
export type PlanResult = { readonly ok: true; readonly told: Told } | { readonly ok: false; readonly problems: readonly string[] };

/** Throws a CliError for what can't be read or used. */
export async function readPlan(options: PlanOptions, world: CliWorld, deps: PlanDeps): Promise<PlanResult> {
  checkOptions(options);
  const where = `--pool ${options.pool}`;
  const objects = parseObjects(await readArgument('--pool', options.pool, world), where);
  const recordedAt = newestTimeOfRequest(objects);
  const at = momentOf(options.at, recordedAt ?? world.now());
  const decoded = decodeRequest(toRequest(objects, options.name, where, at));
  const validated = validateSpec(decoded.rawSpec);
  if (!validated.ok) return { ok: false, problems: validated.problems.map(({ field, message }) => `${field}: ${message}`) };
  const { spec } = validated;
  const isLive = options.live === true || options.url !== undefined;
  const { input, assumptions } = isLive
    ? await readLive(options, spec, decoded, world, deps)
    : await readRecorded(options, spec, decoded, at, world);
  const moment =
    recordedAt !== null && options.at === undefined && !isLive
      ? ['It is the newest moment that the recorded request tells of: --at is another one.']
      : [];
  const rehearsal = rehearse(planWorld({ decoded, spec, ...input }), decoded, validated, deps.assets);
  const { tokenFrom } = spec.forgejo;
  const token =
    tokenFrom === undefined
      ? []
      : ['OpenBao gives the operator the token, and OPENBAO_ALLOW_FILE of the operator has a row for this pool.'];
  const success = rehearsal.plan.effects.length === 0 ? [] : ['Forgejo does what it is asked; ids of new registrations are invented.'];
  return { ok: true, told: { rehearsal, decoded, assumptions: [...assumptions, ...token, ...moment, ...success] } };
}

function checkOptions(options: PlanOptions): void {
  const { live, url, at, queue, waiting, registrations, labels, tokenFile, caFile, pool } = options;
  checkStdin({ '--pool': pool, '--queue': queue, '--registrations': registrations, '--token-file': tokenFile, '--ca-file': caFile });
  const recorded = { '--queue': queue, '--waiting': waiting, '--registrations': registrations, '--at': at };
  const given = Object.entries(recorded).filter(([, value]) => value !== undefined);
  if ((live === true || url !== undefined) && given.length > 0) {
    throw new CliError(`${given.map(([option]) => option).join(', ')}: not with --live and --url, which read the server as it is now`);
  }
  if (queue !== undefined && waiting !== undefined) throw new CliError('--queue and --waiting exclude each other');
  if (labels !== undefined && waiting === undefined) throw new CliError('--labels needs --waiting');
}

function momentOf(text: string | undefined, now: number): number {
  if (text === undefined) return now;
  const at = parseTime(text);
  if (at === null) throw new CliError('--at must be an RFC 3339 time, such as 2026-03-02T08:00:00Z');
  return at;
}

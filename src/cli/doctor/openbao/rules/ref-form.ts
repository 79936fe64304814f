/** Which refs the events of a role can have: of a schedule the bare name of the branch, of all others `refs/…` (recorded). */
import { listed } from '../../../input/printable.ts';
import { accepts, boundValues, exactValues, fits, isForPullRequestsOnly } from '../claims.ts';
import type { JwtRole } from '../model.ts';

/** A pull request's own ref is `refs/pull/NUMBER/head`. */
const PULL = 'refs/pull/';

/** What is bound that no job of these events has, as a sentence; null: each of its events can get in. */
export function refFormFault(role: JwtRole): string | null {
  const refs = boundValues(role, 'ref');
  if (refs.length === 0 || boundValues(role, 'event_name').length === 0) return null;
  const short = refs.filter(isShort);
  if (short.length > 0 && (!accepts(role, 'event_name', 'schedule') || (!isForSchedulesOnly(role) && short.length === refs.length)))
    return `ref is bound to ${listed(short)}: only schedules have a short ref.`;
  if (isMeantForSchedules(role) && refs.every((ref) => ref.startsWith('refs/')))
    return `ref is bound to ${listed(refs)}: of a schedule it is the bare name of the branch.`;
  return isForPullRequestsOnly(role) && !refs.some((ref) => mayBeginWith(ref, PULL, role))
    ? `ref is bound to ${listed(refs)}: of a pull request it is refs/pull/NUMBER/head.`
    : null;
}

/** The same refs in the form that the events have; null: better not bound at all. */
export function refsInForm(role: JwtRole): readonly string[] | null {
  if (isForPullRequestsOnly(role)) return null;
  const refs = boundValues(role, 'ref');
  const bare = refs.map((ref) => ref.replace('refs/heads/', ''));
  if (isForSchedulesOnly(role)) return bare;
  const long = refs.map((ref) => (isShort(ref) ? `refs/heads/${ref}` : ref));
  return isMeantForSchedules(role) ? [...new Set([...long, ...bare])] : long;
}

function isForSchedulesOnly(role: JwtRole): boolean {
  return exactValues(role, 'event_name')?.every((event) => event === 'schedule') === true;
}

/** A glob that fits push too is not about schedules. */
function isMeantForSchedules(role: JwtRole): boolean {
  return boundValues(role, 'event_name').some((value) => fits(role, value, 'schedule') && !fits(role, value, 'push'));
}

/** Values with a star have rules of their own. */
function isShort(ref: string): boolean {
  return !ref.startsWith('refs/') && !ref.includes('*');
}

function mayBeginWith(ref: string, beginning: string, { isGlob }: JwtRole): boolean {
  const [head = ''] = isGlob ? ref.split('*') : [ref];
  return head.startsWith(beginning) || (isGlob && ref.includes('*') && beginning.startsWith(head));
}

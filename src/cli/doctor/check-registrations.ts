/** The runner list: whether it can be trusted, and what of it is ours and nobody's. */

import type { Registration } from '../../pool/forgejo.ts';
import { ownRegistrations } from '../../pool/ownership.ts';
import { counted, listed, printable } from '../input/printable.ts';
import type { Facts, ScopeFacts } from './examine.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import type { Target } from './target.ts';

export function isCountMissing({ list }: ScopeFacts): boolean {
  return !list.ok && list.failure.kind === 'nonsense' && list.failure.problem.includes('x-total-count');
}

export function checkRegistrations({ target }: Facts, scope: ScopeFacts): readonly Finding[] {
  if (isCountMissing(scope)) {
    return [
      fail(
        'list-count',
        'The list of runners comes without the header X-Total-Count.',
        'Without it nobody can tell whether a runner is missing from the list or gone, and the operator does nothing at all.',
        'Let the proxy before Forgejo pass the header on.',
      ),
    ];
  }
  if (!scope.list.ok) return [];
  const { rows, complete } = scope.list.value;
  return [completeness(rows.length, complete), ...strays(target, rows)];
}

function completeness(rows: number, complete: boolean): Finding {
  if (complete) return ok('list-count', `The list of runners is whole: ${counted(rows, 'registration')}.`);
  return warn(
    'list-count',
    `The list of runners and its X-Total-Count did not agree, however it was read (${counted(rows, 'registration')}).`,
    'The operator takes no runner for gone on such a list: what ended is kept until a list agrees. A cache or a proxy that changes answers does that.',
    'Let the proxy before Forgejo pass /api/v1/ as it is, without a cache; then run doctor again.',
  );
}

/** Registrations by the pool that made them; another cluster's operator may use the same server. */
function strays({ poolUids, poolsAreAll }: Target, rows: readonly Registration[]): readonly Finding[] {
  const uids = [...new Set(rows.flatMap((row) => row.ownership?.poolUid ?? []))].toSorted();
  if (uids.length === 0) return [ok('strays', 'No registration of this operator is here.')];
  const unknown = uids.filter((uid) => !poolUids.has(uid));
  const ours = counted(
    uids.reduce((sum, uid) => sum + ownRegistrations(rows, uid).length, 0),
    'registration',
  );
  if (unknown.length === 0) return [ok('strays', `Every registration of this operator is a present pool's (${ours}).`)];
  if (!poolsAreAll) {
    return [
      ok(
        'strays',
        `${ours} of this operator, of ${counted(uids.length, 'pool')}: ${listed(uids.map((uid) => tally(uid, rows)))}. With --pools those of deleted pools are told apart.`,
      ),
    ];
  }
  return unknown.map((uid) =>
    warn(
      'strays',
      `Pool ${tally(uid, rows)} is not among the pools given, and has left: ${listed(namesOf(uid, rows))}.`,
      "The pool was deleted and could not clean up, or it lives in another cluster that uses the same server: then they are that pool's.",
      `When no cluster has a pool of this uid: doctor --sweep --pool-uid ${printable(uid)} removes those that are offline.`,
    ),
  );
}

function tally(uid: string, rows: readonly Registration[]): string {
  const own = ownRegistrations(rows, uid);
  const online = own.filter(({ status }) => status !== 'offline').length;
  return `${printable(uid)} (${own.length - online} offline, ${online} online)`;
}

function namesOf(uid: string, rows: readonly Registration[]): readonly string[] {
  return ownRegistrations(rows, uid)
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, name, status }) => `${printable(name)} (id ${id}, ${status})`);
}

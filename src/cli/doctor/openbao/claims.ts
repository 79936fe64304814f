/** The claims of Forgejo's ID tokens (Forgejo 15, services/actions and a recording of every event), and what a role binds of them. */
import type { JwtRole } from './model.ts';

const STANDARD = ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf'];
const OWN = [
  'actor',
  'base_ref',
  'event_name',
  'head_ref',
  'ref',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_owner',
  'run_attempt',
  'run_id',
  'run_number',
  'sha',
  'workflow',
  'workflow_ref',
];
const CLAIMS: ReadonlySet<string> = new Set([...STANDARD, ...OWN]);

/** Those whose value the author of a workflow, or of a branch, chooses. */
const CHOSEN: ReadonlySet<string> = new Set([
  'actor',
  'aud',
  'base_ref',
  'event_name',
  'head_ref',
  'ref',
  'ref_type',
  'sha',
  'sub',
  'workflow',
  'workflow_ref',
]);

export function isClaim(name: string): boolean {
  return CLAIMS.has(name);
}

export function isChosen(name: string): boolean {
  return CHOSEN.has(name);
}

/** Nothing: the claim is not bound. */
export function boundValues({ boundClaims }: JwtRole, claim: string): readonly string[] {
  return boundClaims[claim] ?? [];
}

/** Values that stand for more than themselves. */
export function globsOf(role: JwtRole, claim: string): readonly string[] {
  return role.isGlob ? boundValues(role, claim).filter((value) => value.includes('*')) : [];
}

/** Whether a token with this value passes, by the value itself or by a glob; false too where the claim is not bound. */
export function accepts(role: JwtRole, claim: string, text: string): boolean {
  return boundValues(role, claim).some((value) => fits(role, value, text));
}

/** Whether this one value of a bound claim lets the text in. */
export function fits({ isGlob }: JwtRole, value: string, text: string): boolean {
  return isGlob ? matches(value, text) : value === text;
}

/** The exact values of a claim; null when it is open, or a glob widens it. */
export function exactValues(role: JwtRole, claim: string): readonly string[] | null {
  const values = boundValues(role, claim);
  return values.length === 0 || globsOf(role, claim).length > 0 ? null : values;
}

/** The subject may be bound by its own field, which knows no globs, or as a claim. */
export function exactSubjects(role: JwtRole): readonly string[] | null {
  return role.boundSubject === '' ? exactValues(role, 'sub') : [role.boundSubject];
}

/** A pull request has a ref of its own number, so no role can name it. */
export function isForPullRequestsOnly(role: JwtRole): boolean {
  const events = exactValues(role, 'event_name');
  return events !== null && events.every((event) => event === 'pull_request');
}

/** No ID token can satisfy both: they want different values of one claim. */
export function areDisjoint(a: JwtRole, b: JwtRole): boolean {
  if (a.boundSubject !== '' && b.boundSubject !== '' && a.boundSubject !== b.boundSubject) return true;
  return Object.keys(a.boundClaims).some((claim) => {
    const [ours, theirs] = [boundValues(a, claim), boundValues(b, claim)];
    return theirs.length > 0 && !ours.some((one) => theirs.some((other) => mayMeet(one, a.isGlob, other, b.isGlob)));
  });
}

function mayMeet(one: string, oneIsGlob: boolean, other: string, otherIsGlob: boolean): boolean {
  const [left, right] = [oneIsGlob && one.includes('*'), otherIsGlob && other.includes('*')];
  if (left && right) return headsMeet(one, other);
  if (left) return matches(one, other);
  return right ? matches(other, one) : one === other;
}

/** Of two globs only what stands before their first `*` is compared. */
function headsMeet(one: string, other: string): boolean {
  const [a = '', b = ''] = [one.split('*')[0], other.split('*')[0]];
  return a.startsWith(b) || b.startsWith(a);
}

/** OpenBao's globs know `*` only, which stands for any text (ryanuber/go-glob). */
export function matches(glob: string, text: string): boolean {
  const parts = glob.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

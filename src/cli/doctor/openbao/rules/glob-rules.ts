/** A `*` of OpenBao stands for any text, `/` and `@` too, and Forgejo allows `@` in the names of branches. */
import { listed } from '../../../input/printable.ts';
import { boundValues, globsOf } from '../claims.ts';
import { bindClaims } from '../commands.ts';
import type { JwtRole } from '../model.ts';
import { type Rule, roleRule } from '../rule.ts';

const REPOSITORY_EXAMPLE = 'acme/app';
const REF_EXAMPLE = 'refs/heads/main';

export const GLOB_RULES: readonly Rule[] = [
  roleRule({
    id: 'repository-glob-open',
    level: 'fail',
    means: 'Whoever can register a name that fits (acme* fits acme-evil/app) makes a repository there and gets in.',
    sees: (role) =>
      sentence([
        ['repository', globsOf(role, 'repository').filter((glob) => !/^[^/*]+\/\*$/.test(glob))],
        ['repository_owner', globsOf(role, 'repository_owner')],
      ]),
    fix: (role) =>
      bindClaims(role, {
        repository: boundValues(role, 'repository').map(ownerGlob),
        ...(globsOf(role, 'repository_owner').length > 0 ? { repository_owner: null } : {}),
      }),
  }),
  roleRule({
    id: 'workflow-ref-glob',
    level: 'fail',
    means:
      'The name of a branch or of a directory fills the gap: a branch named evil@refs/heads/main passes …/workflows/*@refs/heads/main, a directory named all.yml@refs/heads/x passes …/all.yml@refs/heads/*.',
    sees: (role) => sentence([['workflow_ref', globsOf(role, 'workflow_ref')]]),
    fix: (role) =>
      bindClaims(role, {
        workflow_ref: `${exampleRepository(role)}/.forgejo/workflows/deploy.yml@${REF_EXAMPLE}`,
        ref: refsOr(role, REF_EXAMPLE),
      }),
  }),
  roleRule({
    id: 'ref-glob-open',
    level: 'fail',
    means: 'It is as if ref were not bound: whoever can push a branch or tag of a name of his choice gets in.',
    sees: (role) => sentence([['ref', globsOf(role, 'ref').filter(isOpenRef)]]),
    fix: (role) => bindClaims(role, { ref: boundValues(role, 'ref').map((ref) => (isOpenRef(ref) ? REF_EXAMPLE : ref)) }),
  }),
  roleRule({
    id: 'ref-glob-family',
    level: 'warn',
    means: 'It is worth as much as the protection of all names that fit, those with a further / too: who can push one gets in.',
    sees: (role) => sentence([['ref', globsOf(role, 'ref').filter((ref) => !isOpenRef(ref))]]),
    fix: (role) =>
      bindClaims(
        role,
        {
          ref: boundValues(role, 'ref').map((ref) => ref.replaceAll('*', '1')),
        },
        { before: 'Protect these names in Forgejo (Settings, Branches or Tags) with the same pattern, or name the refs:' },
      ),
  }),
  roleRule({
    id: 'subject-glob',
    level: 'fail',
    means: 'repo:acme/app:* fits repo:acme/app:pull_request and every branch as well.',
    sees: (role) => sentence([['sub', globsOf(role, 'sub')]]),
    fix: (role) => bindClaims(role, { sub: null, repository: exampleRepository(role), ref: refsOr(role, REF_EXAMPLE) }),
  }),
  roleRule({
    id: 'other-glob',
    level: 'warn',
    means: 'These claims have few values, and a glob lets in those that come with the next Forgejo.',
    sees: (role) =>
      sentence(Object.keys(role.boundClaims).flatMap((claim) => (JUDGED.includes(claim) ? [] : [[claim, globsOf(role, claim)]]))),
    fix: (role) =>
      globsOf(role, 'event_name').length > 0
        ? bindClaims(role, { event_name: ['push', 'workflow_dispatch'] }, { before: 'Name the values, for example:' })
        : 'Name the values in bound_claims, or leave the claim out.',
  }),
  roleRule({
    id: 'glob-not-typed',
    level: 'fail',
    means:
      'Without bound_claims_type glob a * is a star: it never fits, and these jobs are refused. Who mends that by the type opens the pattern, so look at it first.',
    sees: (role) =>
      role.isGlob
        ? null
        : sentence(Object.entries(role.boundClaims).map(([claim, values]) => [claim, values.filter((value) => value.includes('*'))])),
    fix: (role) => {
      const exact = Object.entries(role.boundClaims).flatMap(([claim, values]) =>
        values.some((value) => value.includes('*')) ? [[claim, exampleOf(claim, role)] as const] : [],
      );
      return bindClaims(role, Object.fromEntries(exact));
    },
  }),
];

/** Claims whose globs have a rule of their own. */
const JUDGED = ['repository', 'repository_owner', 'workflow_ref', 'ref', 'sub', 'ref_protected'];

function sentence(found: readonly (readonly [string, readonly string[]])[]): string | null {
  const parts = found.filter(([, values]) => values.length > 0).map(([claim, values]) => `${claim} may be ${listed(values)}`);
  return parts.length === 0 ? null : `${parts.join('; ')}.`;
}

/** Fits every branch, or every tag, at least by their beginning. */
function isOpenRef(ref: string): boolean {
  const [head = ''] = ref.split('*');
  return ref.includes('*') && ['refs/heads/', 'refs/tags/'].some((kind) => kind.startsWith(head));
}

function ownerGlob(repository: string): string {
  if (!repository.includes('*') || /^[^/*]+\/\*$/.test(repository)) return repository;
  const [owner = ''] = repository.split(/[/*]/);
  return owner === '' ? REPOSITORY_EXAMPLE : `${owner}/*`;
}

function exampleRepository(role: JwtRole): string {
  const first = boundValues(role, 'repository').find((value) => !value.includes('*'));
  if (first !== undefined) return first;
  const [, ofSubject] = /^repo:([^:*]+):/.exec(boundValues(role, 'sub')[0] ?? '') ?? [];
  return ofSubject ?? REPOSITORY_EXAMPLE;
}

function exampleOf(claim: string, role: JwtRole): string {
  if (claim === 'repository') return exampleRepository(role);
  if (claim === 'ref') return REF_EXAMPLE;
  return claim === 'event_name' ? 'push' : `the exact ${claim}`;
}

function refsOr(role: JwtRole, otherwise: string): readonly string[] {
  const refs = boundValues(role, 'ref');
  return refs.length === 0 ? [otherwise] : refs;
}

/** Whatever a role binds: when a job of an attacker gets in by it, as OpenBao decides, then a rule has seen it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../../src/cli/doctor/openbao/diagnose.ts';
import { timed } from '../../../identity/support/attack.ts';
import { asDeployed, MOUNT } from '../../../identity/support/deployed.ts';
import { evaluate, type Role } from '../../../identity/support/evaluate.ts';
import { type Claims, claimsOf, events } from '../../../identity/support/recordings.ts';
import { estateOf, HARDENED, HARDENED_ROLE } from './world.ts';

const NOW_SECONDS = 1_795_500_000;
const DANGEROUS = ['pull_request_target', 'issues', 'issue_comment', 'pull_request_comment', 'workflow_call'];
const mainPush = asDeployed(claimsOf('push main'));

/** Texts with stars in their place: what people write, and what nobody should. */
function globOf(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(text.length), fc.nat(text.length), fc.constantFrom('', '*', '**', 'x*'))
    .map(([a, b, star]) => `${text.slice(0, Math.min(a, b))}${star}${text.slice(Math.max(a, b))}`);
}

function valuesOf(texts: readonly string[]): fc.Arbitrary<string | readonly string[] | undefined> {
  const one = fc.oneof(fc.constantFrom(...texts), fc.constantFrom(...texts).chain(globOf), fc.constant('*'));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: one },
    { weight: 2, arbitrary: fc.array(one, { minLength: 1, maxLength: 3 }) },
  );
}

const role = fc.record({
  bound_claims_type: fc.constantFrom('string', 'glob'),
  bound_claims: fc.record({
    repository: valuesOf(['acme/app', 'acme/*', 'acme-evil/app']),
    ref: valuesOf(['refs/heads/main', 'refs/heads/evil@refs/heads/main', 'refs/tags/v1', 'main']),
    event_name: valuesOf(['push', 'workflow_dispatch', 'schedule', 'pull_request', ...DANGEROUS]),
    base_ref: valuesOf(['', 'main']),
    workflow_ref: valuesOf(['acme/app/.forgejo/workflows/harbor.yml@refs/heads/main']),
    sub: valuesOf(['repo:acme/app:ref:refs/heads/main', 'repo:acme/app:pull_request']),
  }),
});

type Bound = Pick<Role, 'bound_claims_type'> & { readonly bound_claims: Readonly<Record<string, unknown>> };

function filled({ bound_claims, ...rest }: Bound): Role {
  const claims = Object.entries(bound_claims).filter(([, value]) => value !== undefined);
  return { user_claim: 'repository', bound_audiences: ['openbao'], ...rest, bound_claims: Object.fromEntries(claims) };
}

function letsIn(bound: Role, claims: Claims): boolean {
  const attempt = { mount: MOUNT, role: bound, alg: 'RS256', claims: timed(claims, NOW_SECONDS), nowSeconds: NOW_SECONDS };
  return evaluate(attempt).kind === 'accepted';
}

/** What the rules call open, not merely worth a look. */
function failures(bound: Role): readonly string[] {
  const findings = judge(estateOf({ ...HARDENED, roles: { 'harbor-app': { ...HARDENED_ROLE, ...bound } } }));
  return findings.filter(({ level }) => level === 'fail').map(({ check }) => check);
}

function jobsOf(event: string): readonly Claims[] {
  return events.flatMap(({ claims }) => (claims?.['event_name'] === event ? [asDeployed(claims)] : []));
}

describe('a role that lets in', () => {
  it.each(DANGEROUS)('a job of %s never comes out without a failure', (event) => {
    const jobs = jobsOf(event);
    expect(jobs.length).toBeGreaterThan(0);
    let letIn = 0;
    fc.assert(
      fc.property(role, (each) => {
        const bound = filled(each);
        if (!jobs.some((claims) => letsIn(bound, claims))) return;
        letIn += 1;
        const seen = failures(bound).filter((check) => ['event-unbound', 'event-of-outsiders', 'event-workflow-call'].includes(check));
        expect(seen).not.toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(letIn).toBeGreaterThan(20);
  });

  it.each([
    {
      job: 'an organization whose name begins alike',
      claims: { ...mainPush, repository: 'acme-evil/app', repository_owner: 'acme-evil', sub: 'repo:acme-evil/app:ref:refs/heads/main' },
      meant: { repository: ['acme-evil/app'] },
    },
    {
      job: 'any branch',
      claims: {
        ...mainPush,
        ref: 'refs/heads/zz',
        sub: 'repo:acme/app:ref:refs/heads/zz',
        workflow_ref: 'acme/app/.forgejo/workflows/harbor.yml@refs/heads/zz',
      },
      meant: {},
    },
  ])('$job, which it does not name, never comes out without a finding', ({ claims, meant }) => {
    let letIn = 0;
    fc.assert(
      fc.property(role, (each) => {
        const bound = filled(each);
        const names = Object.entries(meant).some(([claim, texts]) =>
          [bound.bound_claims?.[claim]].flat().some((value) => texts.includes(String(value))),
        );
        if (names || !letsIn(bound, claims)) return;
        letIn += 1;
        expect(judge(estateOf({ ...HARDENED, roles: { 'harbor-app': { ...HARDENED_ROLE, ...bound } } }))).not.toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(letIn).toBeGreaterThan(20);
  });
});

/** The attack table by the evaluator; real-openbao.test.ts does the same with a real OpenBao. */
import { describe, expect, it } from 'vitest';
import { ORGANIZATION, timed } from './support/attack.ts';
import { attacks } from './support/attacks.ts';
import { asDeployed, MOUNT, readRole } from './support/deployed.ts';
import { evaluate, type Mount, type Role } from './support/evaluate.ts';
import { type Claims, claimsOf, events } from './support/recordings.ts';

const NOW_SECONDS = 1_795_500_000;

function decide(role: Role, claims: Claims, mount: Mount = MOUNT) {
  return evaluate({ mount, role, alg: 'RS256', claims: timed(claims, NOW_SECONDS), nowSeconds: NOW_SECONDS });
}

const refused = attacks.filter(({ refusedFor }) => refusedFor !== null);
const letIn = refused.flatMap(({ weak, ...attack }) => (weak === null ? [] : [{ ...attack, weak }]));
const limits = attacks.filter(({ refusedFor }) => refusedFor === null);

describe('an attack', () => {
  it.each(letIn)('$attack: a weak role lets it in ($because)', ({ weak, claims, weakMount }) => {
    expect(decide(weak, claims, weakMount)).toEqual({ kind: 'accepted' });
  });

  it.each(refused)('$attack: the role $ours does not, for $refusedFor', ({ ours, claims, refusedFor }) => {
    const verdict = decide(readRole(ours), claims);
    const words = verdict.kind === 'refused' ? verdict.words : [];
    const named = words.map((text) => {
      const [, claim, part] = /claim "([^"]+)" does not match|(audience|issuer|expiration)/.exec(text) ?? [];
      return claim ?? part ?? text;
    });
    expect(named.toSorted()).toEqual((refusedFor ?? []).toSorted());
  });

  it.each(limits)('$attack: no role stops it ($because)', ({ ours, claims }) => {
    expect(decide(readRole(ours), claims)).toEqual({ kind: 'accepted' });
  });

  it('a pull request from a fork, approved or not, gets no token at all', () => {
    expect(events.find(({ label }) => label === 'FORK PR after approval (once)')).not.toHaveProperty('claims');
  });
});

describe('the jobs that a role is made for', () => {
  it.each([
    { role: 'acme-app', claims: asDeployed(claimsOf('push main')), because: 'a push to main' },
    { role: 'acme-app', claims: asDeployed(claimsOf('push PROTECTED main')), because: 'protection changes no claim' },
    { role: 'acme', claims: { ...asDeployed(claimsOf('push main')), aud: ORGANIZATION }, because: 'a repository of the organization' },
    { role: 'acme', claims: { ...claimsOf('push main'), aud: ORGANIZATION }, because: 'another repository of the organization' },
    {
      role: 'acme-app-nightly',
      claims: asDeployed(claimsOf('comment on fork PR by mallory', { event_name: 'schedule' }), 'nightly.yml'),
      because: 'a schedule has the bare ref',
    },
    {
      role: 'acme-app-release',
      claims: { ...asDeployed(claimsOf('push tag v1')), aud: 'openbao-release' },
      because: 'a tag that begins with v',
    },
    {
      role: 'acme-app-pull-request',
      claims: { ...asDeployed(claimsOf('PR same repo', { event_name: 'pull_request' })), aud: 'openbao-pull-request' },
      because: 'a pull request within the repository',
    },
  ])('get in: $role, $because', ({ role, claims }) => {
    expect(decide(readRole(role), claims)).toEqual({ kind: 'accepted' });
  });
});

describe('the roles of one branch', () => {
  it('have no token in common: neither opens the other', () => {
    for (const [ours, theirs] of [
      ['acme', 'acme-app'],
      ['acme-app', 'acme'],
    ] as const) {
      const claims = { ...asDeployed(claimsOf('push main')), aud: readRole(ours).bound_audiences[0] };
      expect([decide(readRole(ours), claims).kind, decide(readRole(theirs), claims).kind]).toEqual(['accepted', 'refused']);
    }
  });
});

describe('every job that was recorded', () => {
  const jobs = events.flatMap(({ label, claims }) =>
    claims === undefined ? [] : [{ label: `${label}: ${String(claims['event_name'])} on ${String(claims['ref'])}`, claims }],
  );

  it.each(jobs)('$label: gets the main role only as a push or a run by hand of main', ({ claims }) => {
    const { event_name: event, ref, repository } = claims;
    const meant = ['push', 'workflow_dispatch'].includes(String(event)) && ref === 'refs/heads/main' && repository === 'acme/ev';
    const expected = meant ? 'accepted' : 'refused';
    expect(decide(readRole('acme'), { ...claims, aud: ORGANIZATION }).kind).toBe(expected);
  });
});

/** Jobs that people start who may not write to the repository. */
import { type Attack, anyEvent, BASE, bySubject, calls, MAIN, ORGANIZATION, organizationGlob } from './attack.ts';
import { asDeployed } from './deployed.ts';
import { type Claims, claimsOf, jwtOf, pairOf } from './recordings.ts';

/** A token of the recording has its issuer and its times; `timed` gives it ours. */
function withoutTimes(claims: Claims): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !['iss', 'iat', 'nbf', 'exp'].includes(name)));
}

const throughCall = withoutTimes(jwtOf(pairOf('final role: workflow_call from a pull_request_target'))?.claims ?? {});

const forkPush = claimsOf('fork PR sync, pull_request_target via reusable', { repository: 'mallory/ev' });

export const strangers: readonly Attack[] = [
  {
    attack: "a fork's own push",
    claims: forkPush,
    weak: { ...BASE, bound_claims: { event_name: 'push' } },
    ours: 'acme-app',
    refusedFor: ['repository', 'ref', 'workflow_ref'],
    because: 'a fork is a repository of its own, with tokens of its own',
  },
  {
    attack: 'a pull request from a fork, where a workflow listens to pull_request_target',
    claims: asDeployed(claimsOf('PR from fork (before approval)')),
    weak: bySubject,
    ours: 'acme-app',
    refusedFor: ['event_name', 'base_ref'],
    because: 'sub, ref and workflow_ref are those of a push to main; nobody approves it',
  },
  {
    attack: 'the same, of the organization',
    claims: { ...asDeployed(claimsOf('PR from fork (before approval)')), aud: ORGANIZATION },
    weak: organizationGlob({ repository: 'acme/*', ref: MAIN }),
    ours: 'acme',
    refusedFor: ['event_name', 'base_ref'],
    because: 'the glob is about the repository only',
  },
  {
    attack: 'a comment of an outsider',
    claims: asDeployed(claimsOf('comment by outsider mallory')),
    weak: anyEvent,
    ours: 'acme-app',
    refusedFor: ['event_name'],
    because: 'only event_name and actor differ from a push to main, and base_ref is empty too',
  },
  {
    attack: 'an issue of an outsider',
    claims: asDeployed(claimsOf('issue by outsider mallory')),
    weak: bySubject,
    ours: 'acme-app',
    refusedFor: ['event_name'],
    because: 'whoever has an account starts it',
  },
  {
    attack: 'a comment on a pull request',
    claims: asDeployed(claimsOf('comment on fork PR by mallory (2)', { event_name: 'pull_request_comment' })),
    weak: anyEvent,
    ours: 'acme-app',
    refusedFor: ['event_name'],
    because: 'Forgejo has an event of its own for it',
  },
  {
    attack: 'a comment of an outsider through a reusable workflow',
    claims: asDeployed(claimsOf('issue_comment by outsider via reusable workflow', { event_name: 'workflow_call' })),
    weak: { ...calls, bound_claims: { ...calls.bound_claims, base_ref: '' } },
    ours: 'acme-app',
    refusedFor: ['event_name', 'workflow_ref'],
    because: 'workflow_call hides what started the caller',
  },
  {
    attack: 'pull_request_target through a reusable workflow',
    claims: throughCall,
    weak: calls,
    ours: 'acme-app',
    refusedFor: ['event_name', 'base_ref'],
    because: 'base_ref is the one claim that still tells of the pull request',
  },
];

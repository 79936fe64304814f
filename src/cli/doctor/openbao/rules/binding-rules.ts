/** Which jobs a role lets in: repository, ref, event, and what says less than it seems to. */
import { listed } from '../../../input/printable.ts';
import { accepts, boundValues, exactSubjects, exactValues, fits, globsOf, isClaim, isForPullRequestsOnly, matches } from '../claims.ts';
import { bindClaims, writeRole } from '../commands.ts';
import type { JwtRole } from '../model.ts';
import { type Rule, roleRule } from '../rule.ts';
import { refFormFault, refsInForm } from './ref-form.ts';
import { workflowsInForm, workflowsOfNoJob } from './workflow-ref-form.ts';

/** Events that outsiders cause and that run with the ref of the default branch (Forgejo 15, recorded). */
const OUTSIDERS = ['pull_request_target', 'issues', 'issue_comment', 'pull_request_comment'];
const GOOD_EVENTS = ['push', 'workflow_dispatch'];
const MAIN = 'refs/heads/main';

export const BINDING_RULES: readonly Rule[] = [
  roleRule({
    id: 'role-type',
    level: 'fail',
    means: "It is for people in a browser: a job can not log in with it, and a person who can gets a workflow's rights.",
    sees: ({ roleType }) => (roleType === 'jwt' ? null : `role_type is ${roleType}.`),
    fix: (role) => writeRole(role, {}),
  }),
  roleRule({
    id: 'repository-unbound',
    level: 'fail',
    means: 'Whoever can make a repository on this Forgejo writes a workflow in it and gets in.',
    sees: (role) => (isRepositoryBound(role) ? null : 'No claim says which repository is meant.'),
    fix: (role) => bindClaims(role, { repository: 'acme/app' }),
  }),
  roleRule({
    id: 'ref-unbound',
    level: 'fail',
    means: 'Whoever can push any branch puts a workflow of his own there and gets in, whatever protects main.',
    sees: (role) => (isRefBound(role) || isForPullRequestsOnly(role) ? null : 'No claim says which branch or tag is meant.'),
    fix: (role) => bindClaims(role, { ref: MAIN }),
  }),
  roleRule({
    id: 'ref-form',
    level: 'fail',
    means: 'The claim never has this value: these jobs are refused.',
    sees: refFormFault,
    fix: (role) => bindClaims(role, { ref: refsInForm(role) }),
  }),
  roleRule({
    id: 'workflow-ref-form',
    level: 'fail',
    means: 'workflow_ref is always OWNER/NAME/PATH@REF with the repository and the ref of the same token: these jobs are refused.',
    sees: (role) => {
      const wrong = workflowsOfNoJob(role);
      return wrong.length === 0 ? null : `workflow_ref is bound to ${listed(wrong)}, which does not go with what else is bound.`;
    },
    fix: (role) => bindClaims(role, { workflow_ref: workflowsInForm(role) }),
  }),
  roleRule({
    id: 'event-unbound',
    level: 'fail',
    means:
      "An outsider's pull request, issue or comment runs with the ref of main: when any workflow there listens to such an event, what he writes meets the secret.",
    sees: (role) => (boundValues(role, 'event_name').length === 0 ? 'No claim says which events are meant.' : null),
    fix: (role) => bindClaims(role, { event_name: GOOD_EVENTS }),
  }),
  roleRule({
    id: 'event-of-outsiders',
    level: 'fail',
    means: 'Anybody who can comment or fork causes it, without approval, and the job has the ref of main.',
    sees: (role) => eventsLetIn(role, OUTSIDERS),
    fix: (role) => bindClaims(role, { event_name: without(role, OUTSIDERS) }),
  }),
  roleRule({
    id: 'event-workflow-call',
    level: 'fail',
    means: 'A called workflow has this event whatever has caused its caller: pull_request_target and issue_comment hide behind it.',
    sees: (role) => eventsLetIn(role, ['workflow_call']),
    fix: (role) => bindClaims(role, { event_name: without(role, ['workflow_call']) }),
  }),
  roleRule({
    id: 'base-ref-open',
    level: 'warn',
    means:
      'A pull_request_target differs from a push to main by event_name and base_ref only. An empty base_ref keeps it out once more, also when an event is added later.',
    sees: (role) => {
      if (isForPullRequestsOnly(role)) return null;
      const values = boundValues(role, 'base_ref');
      return values.length > 0 && values.every((value) => value === '') ? null : 'base_ref is not bound to the empty text.';
    },
    fix: (role) => bindClaims(role, { base_ref: '' }),
  }),
  roleRule({
    id: 'ref-protected-bound',
    level: 'fail',
    means:
      'Forgejo 15 writes the text "false" into every token, also for a protected branch: "true" refuses everybody, and "false" says nothing.',
    sees: (role) =>
      boundValues(role, 'ref_protected').length === 0 ? null : `ref_protected is bound to ${listed(boundValues(role, 'ref_protected'))}.`,
    fix: (role) =>
      bindClaims(
        role,
        { ref_protected: null, ref: boundValues(role, 'ref').length === 0 ? MAIN : boundValues(role, 'ref') },
        { note: 'and protect the branch in Forgejo' },
      ),
  }),
  roleRule({
    id: 'claim-unknown',
    level: 'fail',
    means: 'OpenBao wants every bound claim to be there: every login is refused.',
    sees: ({ boundClaims }) => {
      const unknown = Object.keys(boundClaims).filter((claim) => !isClaim(claim));
      return unknown.length === 0 ? null : `${listed(unknown)}: Forgejo's tokens have no such claim.`;
    },
    fix: (role) =>
      bindClaims(
        role,
        Object.fromEntries(Object.keys(role.boundClaims).flatMap((claim) => (isClaim(claim) ? [] : [[claim, null] as const]))),
      ),
  }),
  roleRule({
    id: 'claim-not-text',
    level: 'fail',
    means: "All claims of Forgejo's that can be bound are texts, and OpenBao compares kinds too: every login is refused.",
    sees: ({ claimsOfOtherKind }) =>
      claimsOfOtherKind.length === 0 ? null : `${listed(claimsOfOtherKind)}: bound to a number or a boolean.`,
    fix: (role) => bindClaims(role, Object.fromEntries(role.claimsOfOtherKind.map((claim) => [claim, boundValues(role, claim)]))),
  }),
  roleRule({
    id: 'subject-with-star',
    level: 'fail',
    means: 'bound_subject is compared as it is, whatever bound_claims_type says: every login is refused.',
    sees: ({ boundSubject }) => (boundSubject.includes('*') ? `bound_subject is ${boundSubject}.` : null),
    fix: (role) => writeRole(role, { bound_subject: '' }, { note: 'and bind repository and ref instead' }),
  }),
];

function isRepositoryBound(role: JwtRole): boolean {
  const claims = ['repository', 'repository_owner', 'workflow_ref', 'sub'];
  return role.boundSubject !== '' || claims.some((claim) => boundValues(role, claim).length > 0);
}

/** Globs of a ref have rules of their own. */
function isRefBound(role: JwtRole): boolean {
  const subjects = exactSubjects(role);
  if (subjects?.every((subject) => subject.includes(':ref:')) === true) return true;
  return boundValues(role, 'ref').length > 0 || exactValues(role, 'workflow_ref') !== null;
}

function without(role: JwtRole, events: readonly string[]): readonly string[] {
  const kept = boundValues(role, 'event_name').filter((value) => !events.some((event) => fits(role, value, event)));
  return kept.length === 0 ? GOOD_EVENTS : kept;
}

/** Those of the events that pass, and the globs by which they do. */
function eventsLetIn(role: JwtRole, events: readonly string[]): string | null {
  const open = events.filter((event) => accepts(role, 'event_name', event));
  if (open.length === 0) return null;
  const globs = globsOf(role, 'event_name').filter((glob) => open.some((event) => matches(glob, event)));
  return `event_name may be ${listed(open)}${globs.length === 0 ? '' : ` by ${listed(globs)}`}.`;
}

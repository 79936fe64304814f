/** `workflow_ref` is `OWNER/NAME/PATH@REF`, with the token's own repository and ref (recorded for every event): what else is bound must go with it. */
import { boundValues, exactValues, matches } from '../claims.ts';
import type { JwtRole } from '../model.ts';
import { refFormFault, refsInForm } from './ref-form.ts';

/** Exact values that no token can have beside the bound repository and ref; a star there is taken for a glob, for which it is meant. */
export function workflowsOfNoJob(role: JwtRole): readonly string[] {
  return exactWorkflows(role).filter((workflow) => !goesWithRepository(workflow, role) || !goesWithRef(workflow, role));
}

/** The same files of the bound repository at the bound refs; null: better not bound at all. */
export function workflowsInForm(role: JwtRole): readonly string[] | null {
  const refs = refsOf(role).filter((ref) => !ref.includes('*'));
  const repository = boundValues(role, 'repository').find((value) => !value.includes('*'));
  const workflows = exactWorkflows(role).flatMap((workflow) => {
    if (goesWithRepository(workflow, role) && goesWithRef(workflow, role)) return [workflow];
    const [file = ''] = workflow.split('@');
    const moved =
      goesWithRepository(workflow, role) || repository === undefined ? file : `${repository}/${file.split('/').slice(2).join('/')}`;
    return refs.map((ref) => `${moved}@${ref}`);
  });
  return workflows.length === 0 ? null : [...new Set(workflows)];
}

function exactWorkflows(role: JwtRole): readonly string[] {
  return (exactValues(role, 'workflow_ref') ?? []).filter((workflow) => !workflow.includes('*'));
}

/** As they will be when their own form is mended. */
function refsOf(role: JwtRole): readonly string[] {
  return refFormFault(role) === null ? boundValues(role, 'ref') : (refsInForm(role) ?? []);
}

function goesWithRepository(workflow: string, role: JwtRole): boolean {
  const repositories = boundValues(role, 'repository');
  return repositories.length === 0 || repositories.some((repository) => matches(`${repository}/*`, workflow));
}

function goesWithRef(workflow: string, role: JwtRole): boolean {
  const refs = refsOf(role);
  return workflow.includes('@') && (refs.length === 0 || refs.some((ref) => matches(`*@${ref}`, workflow)));
}

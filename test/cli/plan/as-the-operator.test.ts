/** What `plan` tells is what the operator does: both are given the same request and the same Forgejo. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../src/cli/plan/compare-children.ts';
import { readPlan } from '../../../src/cli/plan/read-plan.ts';
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { decodeCase } from '../../contract/support/case.ts';
import { API_TOKEN, createScriptedForgejo } from '../../contract/support/forgejo.ts';
import { ASSETS } from '../../contract/support/session.ts';
import { cliWorld } from './support.ts';

const contracts = join(import.meta.dirname, '../../contract');
const NO_ACCESS = /^(TokenSecretMissing|TokenKeyMissing|CaMissing|CaInvalid)$/;
const ONLY_STEP = /^(sync|finalize)$/;

interface Golden {
  readonly status: number;
  readonly answer: {
    readonly children: readonly (string | { readonly kind: string; readonly metadata: { readonly name: string } })[];
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[] };
  };
}

/** A first call of a process, answered by a Forgejo without faults: nothing that only a process remembers is asked for. */
const cases = globSync('*/case.json', { cwd: contracts })
  .toSorted()
  .flatMap((file) => {
    const directory = join(contracts, dirname(file));
    const contract = decodeCase(readFileSync(join(contracts, file), 'utf8'), file);
    const [step] = contract.steps;
    if (contract.steps.length !== 1 || step === undefined || !ONLY_STEP.test(step.hook) || step.overHttp === true) return [];
    if (step.forgejo?.faults !== undefined) return [];
    const golden = JSON.parse(readFileSync(join(directory, 'response.json'), 'utf8')) as Golden;
    return golden.status === 200 && !refusedByOpenBao(golden) ? [{ name: basename(directory), directory, contract, step, golden }] : [];
  });

/** Then the operator has no token, and `plan` is given one by its options. */
function refusedByOpenBao({ answer }: Golden): boolean {
  return (answer.status.conditions ?? []).some(({ type, reason }) => type === 'Authorized' && /^(TokenSource|OpenBao)/.test(reason));
}

async function planOf({ directory, contract, step }: (typeof cases)[number]) {
  const clock = createVirtualClock(Date.parse(step.now));
  const forgejo = createScriptedForgejo(clock, contract);
  forgejo.change(step.forgejo ?? {});
  const world = cliWorld({ now: () => clock.now(), env: { FORGEJO_TOKEN: API_TOKEN } });
  const deps = { transport: forgejo.transport, clock, assets: ASSETS };
  const result = await readPlan({ pool: join(directory, 'request.json'), live: true }, world, deps);
  return { result, requests: forgejo.takeRequests() };
}

describe('plan --live of a recorded request', () => {
  it('has cases to be held against', () => {
    expect(cases.length).toBeGreaterThan(30);
  });

  it.each(cases)('$name: the children are those that the operator answers with', async (each) => {
    const { result } = await planOf(each);
    const answered = each.golden.answer.children.map((child) =>
      typeof child === 'string' ? child.replace(' as observed', '') : keyOf(child),
    );
    const planned = result.ok ? result.told.rehearsal.children.map(keyOf) : answered;
    expect(planned.toSorted()).toEqual(answered.toSorted());
  });

  it.each(cases)('$name: nothing is asked but by GET', async (each) => {
    const { requests } = await planOf(each);
    expect(requests.filter(({ request }) => !request.startsWith('GET '))).toEqual([]);
  });

  // These lack the Secret or the CA in the cluster, which `plan` is given by its options.
  const withAccess = cases.filter(({ golden }) => (golden.answer.status.conditions ?? []).every(({ reason }) => !NO_ACCESS.test(reason)));

  it.each(withAccess)('$name: the conditions are those that the operator writes', async (each) => {
    const { result } = await planOf(each);
    const written = (each.golden.answer.status.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`);
    const planned = result.ok
      ? (result.told.rehearsal.status.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`)
      : written;
    expect(planned).toEqual(written);
  });
});

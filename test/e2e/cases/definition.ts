/** The definition on a real API server: what its schema and each of its CEL rules refuse and let through. */
import assert from 'node:assert/strict';
import { RULES } from '../../../src/api/rules/rules.ts';
import { ACCEPTED } from '../../api/accepted.ts';
import { REFUSED_BY_BOTH, REFUSED_BY_OPERATOR } from '../../api/refused-by-rule.ts';
import { MINIMAL, patched } from '../../api/specs.ts';
import { type Case, eachRow } from '../case.ts';
import { ApiFailure } from '../cluster/api.ts';
import { applyPool, createNamespace, deletePool, poolObject, poolSpec } from '../pools.ts';
import type { World } from '../world.ts';

const NAMESPACE = 'definition';

/** What the API server says to a pool with that spec; null when it takes it. */
async function refusalOf({ api }: World, spec: unknown): Promise<string | null> {
  try {
    await api.create(poolObject({ namespace: NAMESPACE, name: 'pool' }, spec as Readonly<Record<string, unknown>>), { dryRun: true }); // every row patches a whole spec
    return null;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 422) return error.message;
    throw error;
  }
}

export const everyRuleRefuses: Case = {
  name: 'the definition applies, and each of its CEL rules refuses what it should, with its message',
  async run(world) {
    await createNamespace(world, NAMESPACE);
    await eachRow(
      REFUSED_BY_BOTH,
      ({ situation }) => situation,
      async ({ patch, problems }) => {
        const refusal = await refusalOf(world, patched(MINIMAL, patch));
        for (const { message } of problems) assert.ok(refusal?.includes(message), `expected "${message}", got ${refusal ?? 'no refusal'}`);
      },
    );
    return `${REFUSED_BY_BOTH.length} specs`;
  },
};

export const validSpecsPass: Case = {
  name: 'every valid spec is taken',
  async run(world) {
    await eachRow(
      ACCEPTED,
      ({ situation }) => situation,
      async ({ patch }) => assert.equal(await refusalOf(world, patched(MINIMAL, patch)), null),
    );
    return `${ACCEPTED.length} specs`;
  },
};

export const theOperatorRefusesTheRest: Case = {
  name: 'a spec that breaks a rule which the operator checks alone is stored, or refused in the same words',
  async run(world) {
    const stored: string[] = [];
    await eachRow(
      REFUSED_BY_OPERATOR,
      ({ situation }) => situation,
      async ({ situation, patch, problems }) => {
        const refusal = await refusalOf(world, patched(MINIMAL, patch));
        if (refusal === null) stored.push(situation);
        else
          assert.ok(
            problems.some(({ message }) => refusal.includes(message)),
            refusal,
          );
      },
    );
    return `${stored.length} of ${REFUSED_BY_OPERATOR.length} specs are stored`;
  },
};

/** One change for each rule that compares with what was stored. */
const CHANGES = [
  { forgejo: { url: 'https://other.example.org' } },
  { forgejo: { scope: { organization: 'other' } } },
  { mode: 'Persistent' },
];

export const nothingImmutableChanges: Case = {
  name: 'what a pool is can not be changed once it is stored',
  async run(world) {
    const messages = RULES.filter(({ kind }) => kind === 'transition').map(({ message }) => message);
    const key = { namespace: NAMESPACE, name: 'immutable' };
    await applyPool(world, key, poolSpec(world, 'immutable'));
    const refusals: string[] = [];
    for (const spec of CHANGES) {
      await world.api.patch('RunnerPool', key.namespace, key.name, { spec }).catch((error: Error) => refusals.push(error.message));
    }
    await deletePool(world, key);
    for (const message of messages)
      assert.ok(
        refusals.some((refusal) => refusal.includes(message)),
        message,
      );
    return `${messages.length} rules`;
  },
};

/** `--write-test`: a registration made and removed, which no harmless question can replace. */
import type { Scope } from '../../api/scope.ts';
import type { Connection } from '../../forgejo/call.ts';
import { createRegistration, deleteRegistration, getRegistration } from '../../forgejo/client.ts';
import { briefly } from './briefly.ts';
import { type Finding, fail, ok } from './finding.ts';

/** No pool's: neither the operator nor a sweep takes it for its own. */
const NAME = 'forgejo-runner-operator-doctor';
const REGISTRATION = { name: NAME, description: 'forgejo-runner-operator doctor --write-test', ephemeral: true } as const;

/** Never throws for what Forgejo does. The token of the registration is forgotten at once: nobody ever runs with it. */
export async function writeTest(connection: Connection, scope: Scope): Promise<Finding> {
  const created = await createRegistration(connection, scope, REGISTRATION);
  if (!created.ok) {
    const means = 'The pool can make no runner. When the answer got lost, a registration of this name may be there.';
    return fail('write-test', `${briefly(created.failure)}.`, means, `See the findings above; look for a runner named ${NAME}.`);
  }
  const { id, uuid } = created.value.registration;
  const row = await getRegistration(connection, scope, id);
  const gone = await deleteRegistration(connection, scope, id);
  const removeByHand = `Remove the runner ${NAME} (id ${id}) by hand, in the settings under Actions, Runners.`;
  if (!gone.ok) {
    return fail(
      'write-test',
      `A registration was made, but not removed: ${briefly(gone.failure)}.`,
      'The operator could remove no runner that ends without a job.',
      removeByHand,
    );
  }
  if (!row.ok || row.value.uuid !== uuid || !row.value.ephemeral) {
    return fail(
      'write-test',
      'The registration that was made was not shown as it was made; it was removed again.',
      'The operator knows its runners by what such a look shows.',
      'Upgrade to Forgejo 15 or newer, and let the proxy pass /api/v1/ as it is.',
    );
  }
  return ok('write-test', `A registration was made, seen and removed again (id ${id}).`);
}

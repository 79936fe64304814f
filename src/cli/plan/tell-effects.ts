/** What would be asked of Forgejo. */
import type { Effect } from '../../pool/model.ts';
import { printable } from '../input/printable.ts';

export function tellEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'register': {
      const { runner, handle, job, attempt } = effect.tags;
      const what = handle === null ? 'for any job' : `for job "${printable(job ?? '')}" (handle ${handle}, attempt ${attempt})`;
      return `register ${runner} ${what}, ${effect.ephemeral ? 'ephemeral' : 'persistent'}`;
    }
    case 'ask':
      return `ask as ${printable(effect.runner)} whether it holds task ${effect.taskId}`;
    case 'report':
      return `report task ${effect.taskId} failed, as ${printable(effect.runner)}, which is dead: ${printable(effect.cause)}`;
    case 'deregister':
      return `deregister ${printable(effect.runner)} (id ${effect.registration.id}) when Forgejo still shows it ${effect.whenStatus.join(' or ')}`;
  }
}

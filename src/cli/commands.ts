/** Every command, in the order of the help. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { auditCommand } from './commands/audit.ts';
import { crdCommand } from './commands/crd.ts';
import { doctorCommand } from './commands/doctor.ts';
import { migrateCommand } from './commands/migrate.ts';
import { planCommand } from './commands/plan.ts';
import { schemaCommand } from './commands/schema.ts';
import type { CommandContext } from './world.ts';

export const COMMANDS: readonly ((context: CommandContext) => CommandUnknownOpts)[] = [
  auditCommand,
  doctorCommand,
  planCommand,
  migrateCommand,
  crdCommand,
  schemaCommand,
];

import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CommandContext } from '../world.ts';
import { contentOf } from './crd.ts';

const EXAMPLES = `
Example:
  $ forgejo-runner-operator schema > runnerpool.schema.json

A first line in a manifest makes editors with yaml-language-server complete and check it:
  # yaml-language-server: $schema=./runnerpool.schema.json`;

export function schemaCommand(context: CommandContext): CommandUnknownOpts {
  return new Command('schema')
    .summary('print the JSON Schema of a RunnerPool, for editors')
    .description(
      'Print the JSON Schema (draft 7) of a RunnerPool, for editors and checks of files: the same as docs/reference/runnerpool.schema.json.',
    )
    .addHelpText('after', EXAMPLES)
    .action(() => context.print(contentOf('docs/reference/runnerpool.schema.json')));
}

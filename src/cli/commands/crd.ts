import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { buildArtifacts } from '../../api/artifacts.ts';
import type { CommandContext } from '../world.ts';

const EXAMPLES = `
Example:
  $ forgejo-runner-operator crd | kubectl apply --server-side -f -`;

/** The file of the repository, from the code that makes it: the image holds no other copy. */
export function crdCommand(context: CommandContext): CommandUnknownOpts {
  return new Command('crd')
    .summary('print the CustomResourceDefinition of this version')
    .description('Print the CustomResourceDefinition of RunnerPool that belongs to this version: the same as crds/runnerpools.yaml.')
    .addHelpText('after', EXAMPLES)
    .action(() => context.print(contentOf('crds/runnerpools.yaml')));
}

/** Content of a generated file by its path in the repository. */
export function contentOf(path: string): string {
  const artifact = buildArtifacts().find((each) => each.path === path);
  if (artifact === undefined) throw new Error(`${path} is no generated file`);
  return artifact.content;
}

import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { SCOPE_FORMS } from '../input/parse-scope.ts';
import { readSources } from '../manifests/read-sources.ts';
import { migrate } from '../migrate/migrate.ts';
import { printNotes, printPools } from '../migrate/print.ts';
import { parseNamespace, parseScope, parseTokenSecret, parseUrl } from '../migrate/wishes.ts';
import type { CommandContext } from '../world.ts';

const EXAMPLES = `
Examples:
  $ forgejo-runner-operator migrate --scope organization:acme runners/ > pools.yaml
  $ kubectl -n ci get deploy,sts,ds,cm,scaledjob,scaledobject,triggerauthentication -o json | forgejo-runner-operator migrate
  $ forgejo-runner-operator migrate --url https://forgejo.example.org --namespace ci arc/values.yaml

kubectl prints nothing when the cluster lacks one of the kinds that it is asked for: leave out those of KEDA where there is none.

Exit codes:
  0  pools were made; what they lack stands in their comments and on stderr
  1  nothing was found to make a pool from
  2  an argument is wrong, or a path can not be read`;

export function migrateCommand(context: CommandContext): CommandUnknownOpts {
  return new Command('migrate')
    .summary('turn the runners that you have into RunnerPools')
    .description(
      'Turn Deployments, StatefulSets and DaemonSets of forgejo-runner, ScaledJobs of KEDA (forgejo-runner scaler), and values of the Helm charts ' +
        'forgejo-runner and gha-runner-scale-set into RunnerPools, on stdout. What could not be carried over stands in comments before each pool and ' +
        'on stderr. No value that may be a secret is copied, and nothing is changed anywhere. Give ConfigMaps and TriggerAuthentications along: ' +
        'labels and Secrets are found in them.',
    )
    .argument('[path...]', 'files and directories; "-" is stdin, which is read too when there is no path')
    .option('--url <url>', 'the address of Forgejo, instead of the one that is found')
    .option('--scope <scope>', `${SCOPE_FORMS}, instead of the one that is found`)
    .option('--token-secret <name[/key]>', 'the Secret with the API token (default: "forgejo-token", or that of the KEDA trigger)')
    .option('-n, --namespace <name>', 'the namespace of the pools, instead of the one that is found')
    .addOption(
      new Option('--mode <mode>', 'mode of the pools (default: Persistent for what stays, Ephemeral for the rest)').choices([
        'Ephemeral',
        'Persistent',
      ] as const),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (paths, { url, scope, tokenSecret, namespace, mode }) => {
      const wishes = {
        url: url === undefined ? null : parseUrl(url),
        scope: scope === undefined ? null : parseScope(scope),
        tokenSecret: tokenSecret === undefined ? null : parseTokenSecret(tokenSecret),
        namespace: namespace === undefined ? null : parseNamespace(namespace),
        mode: mode ?? null,
      };
      const { pools, skipped } = migrate(await readSources(paths, context), wishes);
      context.print(printPools(pools));
      for (const pool of pools) context.note(printNotes(pool));
      for (const line of skipped) context.note(`skipped ${line}\n`);
      if (pools.length > 0) return;
      context.note('Nothing was found to make a pool from.\n');
      context.exitWith(1);
    });
}

import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { audit } from '../audit/audit.ts';
import { formatJson } from '../audit/format-json.ts';
import { formatSarif } from '../audit/format-sarif.ts';
import { formatText } from '../audit/format-text.ts';
import { fails, reportOf } from '../audit/report.ts';
import { readSources } from '../manifests/read-sources.ts';
import type { CommandContext } from '../world.ts';

const FORMATTERS = { text: formatText, json: formatJson, sarif: formatSarif };

const EXAMPLES = `
Examples:
  $ forgejo-runner-operator audit deploy/ scripts/register.sh
  $ kubectl get deploy,sts,ds,cronjob,cm,scaledjob,runnerpool -A -o json | forgejo-runner-operator audit
  $ forgejo-runner-operator audit --format sarif --fail-on warning . > audit.sarif

kubectl prints nothing when the cluster lacks one of the kinds that it is asked for: leave out those of KEDA and ours where they are not.

Exit codes:
  0  nothing as bad as --fail-on says
  1  something as bad
  2  an argument is wrong, or a path can not be read`;

export function auditCommand(context: CommandContext): CommandUnknownOpts {
  return new Command('audit')
    .summary('find what is too old, moving, deprecated or refused')
    .description(
      'Find runners that are too old or named by a tag that moves, registration tokens, old paths of the API, KEDA triggers, and RunnerPools ' +
        'that the operator would refuse: in manifests, Helm values, scripts, Dockerfiles and live objects. No value that may be a secret is printed.',
    )
    .argument('[path...]', 'files and directories; "-" is stdin, which is read too when there is no path')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'sarif'] as const).default('text' as const))
    .addOption(
      new Option('--fail-on <severity>', 'what makes the exit code 1')
        .choices(['error', 'warning', 'never'] as const)
        .default('error' as const),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (paths, { format, failOn }) => {
      const sources = await readSources(paths, context);
      const report = reportOf(sources.length, audit(sources));
      context.print(FORMATTERS[format](report));
      context.exitWith(fails(report, failOn) ? 1 : 0);
    });
}

import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import packageJson from '../../../package.json' with { type: 'json' };
import { createUndiciTransport } from '../../forgejo/undici-transport.ts';
import { readRenderAssets } from '../../render-assets.ts';
import { systemClock } from '../../system-clock.ts';
import { readPlan } from '../plan/read-plan.ts';
import { renderPlanJson, renderPlanText, renderPlanYaml } from '../plan/render.ts';
import type { CommandContext } from '../world.ts';

const HELP = `
Nothing is changed, and without --live and --url no network is used. The decisions are the operator's own.

Examples:
  $ forgejo-runner-operator plan --pool pool.yaml --waiting 5 --labels docker
  $ forgejo-runner-operator plan --pool pool.yaml --waiting 5 --at 2026-03-02T07:59:00+01:00
  $ kubectl -n ci get rp,job,deploy,secret,cm,pod -o json | forgejo-runner-operator plan --pool - --name docker --live
  $ FORGEJO_TOKEN=… forgejo-runner-operator plan --pool pool.yaml --live
  $ forgejo-runner-operator plan --pool pool.yaml --waiting 1 --render > children.yaml

Exit codes:
  0  planned
  1  the spec is refused, or Forgejo can not be read: what is said then is that everything stays
  2  an argument is wrong, or a file can not be read`;

export function planCommand(context: CommandContext): CommandUnknownOpts {
  return new Command('plan')
    .summary('tell what a sync would do for a pool and a queue, and why')
    .description(
      'Tell what the operator would do for a pool and a queue: every job, every runner, what is asked of Forgejo, what is created and deleted.',
    )
    .requiredOption(
      '--pool <file>',
      'a RunnerPool as YAML or JSON, with its children and Pods when kubectl printed them, or the body of a hook; - is stdin',
    )
    .option('--name <name>', 'which one, NAME or NAMESPACE/NAME, when the file holds several pools')
    .option('--queue <file>', "Forgejo's job list as JSON (GET …/actions/runners/jobs); - is stdin")
    .option('--waiting <number>', 'in its place: so many waiting jobs of one repository')
    .option('--labels <labels>', "their runs-on, separated by commas; default: the pool's first label")
    .option('--registrations <file>', "Forgejo's runner list as JSON (GET …/actions/runners); - is stdin")
    .option('--at <time>', 'as if it were that time (RFC 3339), for schedules')
    .option('--live', "read queue and registrations from the pool's server now")
    .option('--url <url>', 'read them from here: the same server by the name that it has on this side')
    .option('--token-file <file>', 'file with the API token, instead of FORGEJO_TOKEN or the Secret in the pool file; - is stdin')
    .option('--ca-file <file>', "PEM bundle to trust instead of the system's; - is stdin")
    .option('--render', 'print the children as YAML instead, without the values of Secrets')
    .addOption(new Option('--format <format>', 'how the plan is printed').choices(['text', 'json'] as const).default('text' as const))
    .addHelpText('after', HELP)
    .action(async (options) => {
      // The address policy guards the operator against pools; whoever runs this may reach what he may reach.
      const { transport, close } = createUndiciTransport({
        addressPolicy: { judge: () => 'named' },
        userAgent: `forgejo-runner-operator/${packageJson.version} plan`,
      });
      try {
        const result = await readPlan(options, context, {
          transport,
          clock: { ...systemClock, now: context.now },
          assets: await readRenderAssets(),
        });
        if (!result.ok) {
          context.note(
            `the spec is refused, so that everything stays as it is:\n${result.problems.map((problem) => `  ${problem}\n`).join('')}`,
          );
          context.exitWith(1);
          return;
        }
        const render = options.render === true ? renderPlanYaml : options.format === 'json' ? renderPlanJson : renderPlanText;
        context.print(render(result.told));
        context.exitWith(result.told.rehearsal.world.forgejo.kind === 'answered' ? 0 : 1);
      } finally {
        await close();
      }
    });
}

import { lookup } from 'node:dns/promises';
import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import packageJson from '../../../package.json' with { type: 'json' };
import { createUndiciTransport } from '../../forgejo/undici-transport.ts';
import { systemClock } from '../../system-clock.ts';
import { doctorOpenBao } from '../doctor/openbao/command.ts';
import { readTarget } from '../doctor/read-target.ts';
import { runDoctor } from '../doctor/run.ts';
import { SCOPE_FORMS } from '../input/parse-scope.ts';
import { CliError, type CommandContext } from '../world.ts';

const HELP = `
All questions are harmless: reads, and DELETEs of what can not exist. Only --write-test and --sweep change anything.
The token comes from FORGEJO_TOKEN, a file or stdin; of a pool it may come from its Secret in the same file, not from
OpenBao (spec.forgejo.tokenFrom), which lets only the operator in.

Examples:
  $ FORGEJO_TOKEN=… forgejo-runner-operator doctor --url https://git.example.org --scope organization:acme
  $ kubectl -n ci get -o json rp/docker secret/forgejo-token | forgejo-runner-operator doctor --pool -
  $ kubectl get rp -A -o json > pools.json
  $ forgejo-runner-operator doctor --url https://git.example.org --scope instance --token-file token --pools pools.json
  $ BAO_TOKEN=… forgejo-runner-operator doctor --openbao https://openbao.example.org:8200 --url https://git.example.org
  $ forgejo-runner-operator doctor … --pools pools.json --sweep --pool-uid 6b7f0c1e-…

Exit codes:
  0  no failure, warnings at most
  1  a failure; an unreachable server is one
  2  an argument is wrong, or a file can not be read`;

export function doctorCommand(context: CommandContext): CommandUnknownOpts {
  return new Command('doctor')
    .summary('examine a Forgejo and a token, and say how to mend what is wrong')
    .description('Examine a Forgejo as the operator sees it, with the token of a pool; each finding says what it means and how to mend it.')
    .option('--url <url>', 'base URL of the server, as in spec.forgejo.url')
    .option('--scope <scope>', SCOPE_FORMS)
    .option('--pool <file>', 'take both from a RunnerPool, YAML or JSON; its Secret and CA may come along; - is stdin')
    .option('--token-file <file>', 'file with the API token, instead of FORGEJO_TOKEN; - is stdin')
    .option('--ca-file <file>', "PEM bundle to trust instead of the system's; - is stdin")
    .option('--pools <file>', 'all pools of the cluster (kubectl get rp -A -o json): tells uncovered jobs and strays; - is stdin')
    .option('--write-test', 'also register a runner and remove it')
    .option('--openbao [address]', 'examine an auth mount of OpenBao instead; BAO_ADDR when no address is given')
    .option('--openbao-mount <path>', 'its auth mount for ID tokens of Forgejo (default: forgejo)')
    .option('--openbao-role <name...>', 'only these of its roles')
    .option('--openbao-token-file <file>', 'file with a token of OpenBao, instead of BAO_TOKEN; - is stdin')
    .option('--openbao-ca-file <file>', 'PEM bundle to trust for OpenBao, instead of BAO_CACERT; - is stdin')
    .option('--sweep', 'remove what the deleted pool of --pool-uid has left registered')
    .option('--pool-uid <uid>', 'uid of that pool')
    .addOption(new Option('--format <format>', 'how findings are printed').choices(['text', 'json'] as const).default('text' as const))
    .addHelpText('after', HELP)
    .action(async (options) => {
      const { sweep, poolUid, format, writeTest, openbao } = options;
      if (openbao !== undefined) {
        const alone = ['scope', 'pool', 'pools', 'tokenFile', 'writeTest', 'sweep', 'poolUid'] as const;
        if (alone.some((name) => options[name] !== undefined)) {
          throw new CliError('--openbao: goes with --url, --ca-file, --format and the other options of OpenBao only');
        }
        await doctorOpenBao({ ...options, openbao }, context);
        return;
      }
      if (
        [options.openbaoMount, options.openbaoRole, options.openbaoTokenFile, options.openbaoCaFile].some((given) => given !== undefined)
      ) {
        throw new CliError('--openbao is missing: the other options of OpenBao go with it');
      }
      if ((sweep === true) !== (poolUid !== undefined)) throw new CliError('--sweep and --pool-uid need each other');
      const target = await readTarget(options, context);
      if (poolUid !== undefined && target.poolUids.has(poolUid)) {
        throw new CliError('--pool-uid: this pool is among those given; a pool that exists cleans up by itself');
      }
      // The address policy guards the operator against pools; whoever runs this may reach what he may reach.
      const { transport, close } = createUndiciTransport({
        addressPolicy: { judge: () => 'named' },
        userAgent: `forgejo-runner-operator/${packageJson.version} doctor`,
      });
      try {
        const { url, token, ca } = target;
        const connection = {
          transport,
          clock: { ...systemClock, now: context.now },
          access: { url, token, ...(ca === undefined ? {} : { ca }) },
        };
        const { text, code } = await runDoctor(
          target,
          { format, writeTest: writeTest === true, sweepUid: poolUid ?? null },
          { connection, lookup: addressesOf },
        );
        context.print(text);
        context.exitWith(code);
      } finally {
        await close();
      }
    });
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

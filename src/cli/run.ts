/** The command line: arguments in, exit code out. */
import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import packageJson from '../../package.json' with { type: 'json' };
import { COMMANDS } from './commands.ts';
import { CliError, type CliWorld, type CommandContext, type ExitCode } from './world.ts';

/** Help looks the same in every terminal, and so in the docs. */
const HELP_WIDTH = 100;

const EXIT_CODES = `
Exit codes:
  0  done, nothing to complain of
  1  done, and found what the command looks for
  2  not done: bad arguments, unreadable input`;

/** `args`: what follows the name of the program. Rejects only for a bug. */
export async function runCli(args: readonly string[], world: CliWorld): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram({ ...world, exitWith: (said) => (code = said) });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CliError)) throw error;
    world.note(`error: ${error.message}\n`);
    return 2;
  }
}

function createProgram(context: CommandContext): CommandUnknownOpts {
  const program: CommandUnknownOpts = new Command('forgejo-runner-operator')
    .description(
      'Pools of Forgejo Actions runners on Kubernetes: checks what you have, moves it over, and explains what the operator does.',
    )
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput({
      writeOut: context.print,
      writeErr: context.note,
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const define of COMMANDS) program.addCommand(define(context).copyInheritedSettings(program));
  return program;
}

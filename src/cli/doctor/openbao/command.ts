/** What `doctor --openbao` does once its options are parsed. */
import packageJson from '../../../../package.json' with { type: 'json' };
import { createUndiciTransport } from '../../../forgejo/undici-transport.ts';
import type { CommandContext } from '../../world.ts';
import { type BaoOptions, readBaoTarget } from './read-target.ts';
import { runBaoDoctor } from './run.ts';

export async function doctorOpenBao(options: BaoOptions & { readonly format: 'text' | 'json' }, context: CommandContext): Promise<void> {
  const target = await readBaoTarget(options, context);
  // The address policy guards the operator against pools; whoever runs this may reach what he may reach.
  const { transport, close } = createUndiciTransport({
    addressPolicy: { judge: () => 'named' },
    userAgent: `forgejo-runner-operator/${packageJson.version} doctor`,
  });
  try {
    const { text, code } = await runBaoDoctor(target, options.format, transport);
    context.print(text);
    context.exitWith(code);
  } finally {
    await close();
  }
}

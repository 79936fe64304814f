/** `npm run build`: what the image runs, the service and the command line; a checkout runs their sources as they are. */
import { join } from 'node:path';
import { bundle } from './bundle.ts';

const DIST = join(import.meta.dirname, '../../dist');

for (const { entry, name } of [
  { entry: '../main.ts', name: 'main' },
  { entry: '../cli/main.ts', name: 'cli' },
]) {
  process.stdout.write(`${await bundle(new URL(entry, import.meta.url), DIST, name)}\n`);
}

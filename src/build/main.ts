/** `npm run build`: dist/main.js, which is what the image runs; a checkout runs `src/main.ts` as it is. */
import { join } from 'node:path';
import { bundle } from './bundle.ts';

const file = await bundle(new URL('../main.ts', import.meta.url), join(import.meta.dirname, '../../dist'));
process.stdout.write(`${file}\n`);

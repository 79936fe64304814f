/** Golden files stand in `test/pool/golden/`. `UPDATE_GOLDENS=1 npx vitest run test/pool` writes them anew: read the diff. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What the file says; `actual` is written to it first when goldens are to be updated. Empty while there is none. */
export function golden(name: string, actual: string): string {
  const file = new URL(`../golden/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, actual);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

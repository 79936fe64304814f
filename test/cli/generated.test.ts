/** `crd` and `schema`: the same as the committed files, from the code alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli } from './support/cli.ts';

const root = join(import.meta.dirname, '../..');

it.each([
  { command: 'crd', file: 'crds/runnerpools.yaml' },
  { command: 'schema', file: 'docs/reference/runnerpool.schema.json' },
])('$command prints $file', async ({ command, file }) => {
  expect(await cli([command])).toEqual({ code: 0, out: readFileSync(join(root, file), 'utf8'), err: '' });
});

it.each(['crd', 'schema'])('%s takes no argument', async (command) => {
  expect((await cli([command, 'x'])).code).toBe(2);
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LONG } from '../long-first.ts';

it.each(LONG)('%s, which is to begin early, is there', (file) => {
  expect(existsSync(join(import.meta.dirname, '../..', file))).toBe(true);
});

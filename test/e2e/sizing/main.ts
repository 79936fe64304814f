/** `npm run sizing [-- --seconds N --only TEXT]` (a row is called `as shipped 1 100 pools 2 s 0 runners`): how many pools Metacontroller keeps synced how often (docs/sizing.md). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readOptions, wholeNumber } from '../../../src/dev/options.ts';
import { type Binaries, buildBinaries } from '../build/binaries.ts';
import { findParts, type Parts } from '../build/parts.ts';
import { openWorld } from '../world.ts';
import { measure } from './measure.ts';
import { ROWS, ROWS_OF_TEN_THOUSAND, ROWS_WITH_RUNNERS, type Row } from './rows.ts';
import { instancesFor } from './shards.ts';
import { HEAD, lineOf } from './table.ts';

const { seconds, only } = readOptions('npm run sizing -- [--seconds N] [--only TEXT]', () => {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' }, only: { type: 'string', default: '' } } });
  return { seconds: wholeNumber('seconds', values.seconds, 1), only: values.only };
});

const parts = findParts();
if (parts.metacontroller === null) {
  process.stderr.write('Metacontroller is what is measured: METACONTROLLER_BIN or PATH must have it\n');
  process.exitCode = 2;
} else {
  const binaries = await buildBinaries((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${HEAD}\n`);
  for (const rows of [ROWS, ROWS_WITH_RUNNERS, ROWS_OF_TEN_THOUSAND]) await measureAll(binaries, parts, rows.filter(isWanted));
}

function isWanted(row: Row): boolean {
  return `${row.tuning} ${row.metacontrollers} ${row.pools} pools ${row.pollSeconds} s ${row.runners} runners`.includes(only);
}

async function measureAll(binaries: Binaries, found: Parts, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'forgejo-runner-operator-sizing-'));
  const opening = openWorld(binaries, found, folder);
  const end = (): void => void opening.close().finally(() => process.exit(130));
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    const world = await opening.world;
    await world.controller.stop();
    for (const row of rows) process.stdout.write(`${lineOf(await measure(world, row, await instancesFor(world, row), seconds))}\n`);
  } finally {
    await opening.close();
    process.off('SIGINT', end).off('SIGTERM', end);
    rmSync(folder, { recursive: true, force: true });
  }
}

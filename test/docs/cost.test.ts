/**
 * The numbers of docs/cost.md are those that the operator comes to. Two cases of the table are played each time; all fifteen take
 * a minute and a half of processor time: `ALL_COSTS=1 npx vitest run test/docs/cost.test.ts`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/pages.ts';
import { type Demand, type Figures, playTwoHours, SETUPS, type Setup, START_SECONDS } from './support/two-hours.ts';

const page = readFileSync(join(ROOT, 'docs/cost.md'), 'utf8');
const SETUP_NAMES = Object.keys(SETUPS).filter((name): name is Setup => name in SETUPS);

/** Cells of the table below a heading, without its head. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const section = page.slice(page.indexOf(`\n## ${heading}`) + 1).split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

interface Row {
  readonly demand: Demand;
  readonly setup: Setup;
  /** What the first cell says of the demand: only the first row of each has it. */
  readonly said: string;
  readonly figures: readonly string[];
}

const DEMANDS: readonly Demand[] = ['rare', 'steady', 'bursts'];

const rows: readonly Row[] = tableBelow('Measured').map(([said = '', setup = '', ...figures], index) => {
  const found = SETUP_NAMES.find((name) => name === setup);
  const demand = DEMANDS[Math.floor(index / SETUP_NAMES.length)];
  if (found === undefined || demand === undefined) throw new Error(`docs/cost.md has a row for ${setup}, which nobody plays`);
  return { demand, setup: found, said, figures };
});

function cellsOf({ podSeconds, workSeconds, waitP50, waitP95 }: Figures): readonly string[] {
  return [`${podSeconds}`, `${Math.round((100 * workSeconds) / podSeconds)} %`, `${waitP50} s`, `${waitP95} s`];
}

describe('the table of two hours', () => {
  it('has a row for each demand and each pool, in their order', () => {
    expect(rows.map(({ demand, setup }) => `${demand} ${setup}`)).toEqual(
      DEMANDS.flatMap((demand) => SETUP_NAMES.map((setup) => `${demand} ${setup}`)),
    );
    expect(rows.filter(({ said }) => said !== '').map(({ said }) => said.split(':')[0])).toEqual(DEMANDS);
  });

  it('says how long a Pod takes to start', () => {
    expect(page).toContain(`**A Pod takes ${START_SECONDS} s to start; that is put in**`);
  });

  const cheap = (row: Row): boolean =>
    (row.demand === 'rare' && row.setup === 'Ephemeral, none warm') || (row.demand === 'bursts' && row.setup === 'Persistent, always 4');
  const played = process.env['ALL_COSTS'] === '1' ? rows : rows.filter(cheap);

  it.each(played)(
    'has what comes out: $demand, $setup',
    async ({ demand, setup, figures }) => {
      expect(cellsOf(await playTwoHours(demand, setup))).toEqual(figures);
    },
    180_000,
  );

  it('agrees with itself: what is useful is work in each hundred Pod-seconds', () => {
    const work = new Map(rows.flatMap(({ demand, said }) => (said === '' ? [] : [[demand, Number(/(\d+) s of work/.exec(said)?.[1])]])));
    for (const { demand, setup, figures } of rows) {
      const useful = Math.round((100 * (work.get(demand) ?? 0)) / Number(figures[0]));
      expect(`${useful} %`, `${demand}, ${setup}`).toBe(figures[1]);
    }
  });

  it('shows what the text says of the start of a Pod', () => {
    const [, seconds = ''] = /here, the 15 and a second and a half|nothing else: ([\d.]+) s a job/.exec(page) ?? [];
    const rare = rows.find(({ demand, setup }) => demand === 'rare' && setup === 'Ephemeral, none warm');
    expect(((Number(rare?.figures[0]) - 1365) / 12).toFixed(1)).toBe(seconds);
  });
});

describe('the table of break-even', () => {
  const cases = tableBelow('Break-even').map((cells) => cells.map((cell) => Number(/^\d+/.exec(cell)?.[0])));

  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(5);
  });

  it.each(cases)('%i s of work, %i s of start, %i s saved: %i %%', (work, start, saved, shown) => {
    expect(Math.round((100 * (work - saved)) / (work + start))).toBe(shown);
  });
});

/** The rows as a table that is valid Markdown too. */
import type { Case, Description } from './measure.ts';
import type { Row } from './summary.ts';

const HEAD = ['measure', 'case', 'ours', 'beside', 'ratio', 'goal', 'ok'];

export function drawTable(rows: readonly Row[], descriptions: readonly Description[]): string {
  const lines = rows.map((row) => [
    descriptions.find(({ name }) => name === row.measure)?.measures ?? row.measure,
    row.case,
    `${number(row.ours)} ${row.unit}`,
    `${number(row.beside)} ${row.unit}`,
    row.pairs === 1 ? `${number(row.ratio)}x` : `${number(row.ratio)}x (${number(row.ratioFrom)}–${number(row.ratioTo)})`,
    goalText(row),
    row.met ? 'ok' : 'MISSED',
  ]);
  return [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function goalText({ goal, unit }: Pick<Case, 'goal' | 'unit'>): string {
  return goal.kind === 'ratio' ? `<= ${goal.atMost}x` : `<= ${goal.atMost} ${unit}`;
}

/** Three digits that count. */
function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, '');
}

/** A table that folds. On a phone each row stands as a block, which takes the roles of a table away: so they are written down. */
import { type Html, html } from './html.ts';
import type { Rows } from './seen-pool.ts';

export interface Table<Row> {
  /** Tells the tables of a pool apart. */
  readonly part: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: Rows<Row>;
  /** What is said instead of a table without rows. */
  readonly none: string;
  /** As many as there are columns; the first one names the row. */
  cells(row: Row): readonly Html[];
}

/** `rows`: as many of them at most; `open`: until its reader folds it. */
export function foldingTable<Row>(table: Table<Row>, { rows, open }: { readonly rows: number; readonly open: boolean }): Html {
  const { part, title } = table;
  return html`<details data-part="${part}"${open ? html` open` : null}><summary>${title}</summary>${bodyOf(table, rows)}</details>`;
}

function bodyOf<Row>({ title, columns, rows, none, cells }: Table<Row>, most: number): Html {
  if (rows.total === 0) return html`<p class="quiet">${none}</p>`;
  const shown = rows.shown.slice(0, most);
  const more = rows.total - shown.length;
  return html`<table role="table"><caption class="unseen">${title}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${shown.map((row) => rowOf(cells(row), columns))}</tbody></table>${
    more === 0 ? null : html`<p class="quiet">and ${more} more</p>`
  }`;
}

function rowOf(cells: readonly Html[], columns: readonly string[]): Html {
  return html`<tr role="row">${cells.map((cell, index) => cellOf(cell, index, columns[index] ?? ''))}</tr>
`;
}

function cellOf(cell: Html, index: number, label: string): Html {
  return index === 0
    ? html`<th role="rowheader" scope="row" data-label="${label}"><div>${cell}</div></th>`
    : html`<td role="cell" data-label="${label}"><div>${cell}</div></td>`;
}

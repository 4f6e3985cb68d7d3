import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** A column of a table. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** What the title means, where it does not say so itself. */
  readonly hint?: string;
  readonly isNumber?: boolean;
  readonly show: (row: Row) => ComponentChildren;
  /** Value to sort by; a column without cannot be sorted. */
  readonly sort?: (row: Row) => number | string | null;
}

interface TableProperties<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Column that the rows are sorted by at first, the largest in front. */
  readonly order?: string;
  readonly empty?: string;
}

/** A table whose columns sort by a click or by the keyboard, and which scrolls in itself on a narrow screen. */
export function Table<Row>({ caption, columns, rows, keyOf, order, empty }: TableProperties<Row>) {
  const [sorting, setSorting] = useState({ id: order ?? '', isAscending: false });
  const column = columns.find(({ id }) => id === sorting.id);
  const sort = column?.sort;
  const sorted =
    sort === undefined
      ? rows
      : rows.toSorted((a, b) => compare(sort(a), sort(b)) * (sorting.isAscending ? 1 : -1));
  if (rows.length === 0) return <p class="muted">{empty ?? 'nothing to show'}</p>;
  return (
    // A region that scrolls has to be reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1, axe rule scrollable-region-focusable
    <section class="table" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((head) => (
              <Head
                key={head.id}
                column={head}
                direction={
                  sorting.id === head.id ? (sorting.isAscending ? 'ascending' : 'descending') : undefined
                }
                onSort={() =>
                  setSorting({ id: head.id, isAscending: sorting.id === head.id && !sorting.isAscending })
                }
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ id, isNumber, show }) => (
                <td key={id} class={isNumber === true ? 'number' : ''}>
                  {show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Head<Row>(properties: {
  readonly column: Column<Row>;
  readonly direction: 'ascending' | 'descending' | undefined;
  readonly onSort: () => void;
}) {
  const { title, hint, isNumber, sort } = properties.column;
  const arrow = { ascending: ' ▲', descending: ' ▼', none: '' }[properties.direction ?? 'none'];
  return (
    <th scope="col" class={isNumber === true ? 'number' : ''} title={hint} aria-sort={properties.direction}>
      {sort === undefined ? (
        title
      ) : (
        <button type="button" onClick={properties.onSort}>
          {title}
          <span aria-hidden="true">{arrow}</span>
        </button>
      )}
    </th>
  );
}

/** What is not known comes last. */
function compare(a: number | string | null, b: number | string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

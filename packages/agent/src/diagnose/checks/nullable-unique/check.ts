import { displayIdentifier, displayName, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { ColumnRow, IndexFacts } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.nullable-unique.minimum-rows',
    summary: 'Smallest table whose unique indexes are looked at.',
    unit: 'rows',
    default: 0,
    source: 'a rule is cheapest to repair while the table is small',
  }),
  maximumFindings: maximumFindingsSetting('nullable-unique'),
};

/** Finds unique indexes that let any number of equal rows in as soon as one key column is null. */
export const nullableUnique: Check = defineCheck({
  id: 'diagnose/nullable-unique',
  title: 'Unique indexes over nullable columns',
  needs: ['indexes', 'columns', 'tables'],
  source: 'PostgreSQL docs 5.4.3 "Unique Constraints": two null values are never considered equal',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const rows = rowCounts(sections.tables);
    const rowsOf = (index: IndexFacts): number => rows.get(index.tableOid) ?? 0;
    // What a query gives back takes no constraint; its unique index is for a concurrent refresh.
    const matviews = new Set(
      sections.tables.filter((table) => table.kind === 'matview').map((table) => table.oid),
    );
    const nullable = nullableColumns(sections.columns.columns);
    const knowsNullsNotDistinct = snapshot.server.versionNumber >= 150_000;
    const drafts = sections.indexes
      .filter((index) => !matviews.has(index.tableOid))
      .filter((index) => isPlainUnique(index) && rowsOf(index) >= values.minimumRows)
      .map((index) => ({ index, open: openColumns(index, nullable) }))
      .filter(({ open }) => open.length > 0)
      .toSorted(
        (a, b) =>
          Number(b.index.keyColumnCount > 1) - Number(a.index.keyColumnCount > 1) ||
          rowsOf(b.index) - rowsOf(a.index),
      )
      .map(({ index, open }) =>
        finding({
          severity: 'info',
          subject: { kind: 'index', schema: index.schema, name: index.name },
          title: titleOf(index, open),
          evidence: {
            table: displayName(index.schema, index.tableName),
            nullableColumns: open.map((column) => column.name),
            keyColumnCount: index.keyColumnCount,
            largestNullRatio: largestNullRatio(open),
            constraint: index.constraintName === null ? null : displayIdentifier(index.constraintName),
            tableRows: rowsOf(index),
          },
          threshold: threshold('minimumRows'),
          remedy: remedyOf(index, open, knowsNullsNotDistinct),
        }),
      );
    return capFindings(drafts, values.maximumFindings);
  },
});

function isPlainUnique(index: IndexFacts): boolean {
  return (
    index.isUnique &&
    index.isValid &&
    !index.isPrimary &&
    !index.isNullsNotDistinct &&
    index.parentOid === null
  );
}

function nullableColumns(columns: readonly ColumnRow[]): ReadonlyMap<string, ColumnRow> {
  const open = columns.filter((column) => !column.isNotNull);
  return new Map(open.map((column) => [`${column.tableOid}.${column.number}`, column]));
}

/** Key columns that may be null in rows that the index holds; expressions are not judged. */
function openColumns(index: IndexFacts, nullable: ReadonlyMap<string, ColumnRow>): readonly ColumnRow[] {
  const guarded = guardedColumns(index.predicateTree);
  return index.columnNumbers.slice(0, index.keyColumnCount).flatMap((number) => {
    const column = nullable.get(`${index.tableOid}.${number}`);
    return column === undefined || guarded.has(number) ? [] : [column];
  });
}

/**
 * Columns that a partial index's predicate names in anything but IS NULL: nearly every operator is false or
 * null for a null, so its rows have a value there.
 * @source PostgreSQL's src/include/nodes/primnodes.h: NULLTEST, nulltesttype 0 is IS NULL
 */
function guardedColumns(predicateTree: string | null): ReadonlySet<number> {
  const others = (predicateTree ?? '').replace(/\{NULLTEST :arg \{VAR [^}]*\} :nulltesttype 0 [^}]*\}/g, '');
  return new Set([...others.matchAll(/\{VAR [^}]*?:varattno (\d+)/g)].map((match) => Number(match[1])));
}

/** Largest share of nulls among the columns, 0..1; null when no statistics are readable. */
function largestNullRatio(columns: readonly ColumnRow[]): number | null {
  const known = columns.flatMap((column) => (column.nullFraction === null ? [] : [column.nullFraction]));
  return known.length === 0 ? null : Math.max(...known);
}

function titleOf(index: IndexFacts, open: readonly ColumnRow[]): string {
  const columns = open.map((column) => displayIdentifier(column.name)).join(', ');
  const isOneColumn = index.keyColumnCount === 1;
  return isOneColumn
    ? `${displayName(index.schema, index.name)} is unique, yet ${columns} may be null in any number of rows`
    : `${displayName(index.schema, index.name)} is unique, yet equal rows get in where ${columns} is null`;
}

function remedyOf(index: IndexFacts, open: readonly ColumnRow[], knowsNullsNotDistinct: boolean): string {
  const table = quoteQualified(index.schema, index.tableName);
  const forbid = `alter table ${table} ${open
    .map((column) => `alter column ${quoteIdentifier(column.name)} set not null`)
    .join(', ')}`;
  const other = knowsNullsNotDistinct
    ? 'create it anew as unique nulls not distinct'
    : 'add a partial unique index for the rows with a null';
  return `when a value is required: ${forbid}; when one null at most is meant: ${other}; when nulls mean "none", leave it`;
}

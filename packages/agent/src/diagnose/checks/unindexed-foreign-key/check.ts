import {
  displayIdentifier,
  displayName,
  formatCount,
  groupBy,
  quoteIdentifier,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { ConstraintRow, IndexFacts, TableFacts } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.unindexed-foreign-key.minimum-rows',
    summary: 'Rows of the referencing table from which its foreign keys need an index.',
    unit: 'rows',
    default: 10_000,
    source: 'below it a sequential scan takes a few milliseconds',
  }),
  maximumFindings: maximumFindingsSetting('unindexed-foreign-key', 50),
};

/** Finds foreign keys whose referencing columns lead no index. */
export const unindexedForeignKey: Check = defineCheck({
  id: 'diagnose/unindexed-foreign-key',
  title: 'Foreign keys without an index',
  needs: ['constraints', 'indexes', 'tables'],
  source: 'PostgreSQL docs 5.5.5 "Foreign Keys": index the referencing columns too',
  settings,
  run: ({ sections, values, threshold }) => {
    const rows = rowCounts(sections.tables);
    const tables = new Map(sections.tables.map((table) => [table.oid, table]));
    const isIndexed = indexLookup(sections.indexes, sections.tables);
    const rowsOf = (key: ConstraintRow): number => rows.get(key.tableOid) ?? 0;
    const keys = sections.constraints
      .filter((key) => key.kind === 'foreign key' && key.isEnforced && !key.isInherited)
      .filter((key) => rowsOf(key) >= values.minimumRows && !isIndexed(key.tableOid, key.columns))
      .toSorted((a, b) => rowsOf(b) - rowsOf(a));
    return describeWorst(keys, values.maximumFindings, (key) => {
      const referenced = tables.get(key.referencedOid ?? 0);
      const columns = key.columns.map(displayIdentifier).join(', ');
      return finding({
        severity: 'warning',
        subject: { kind: 'constraint', schema: key.schema, name: key.name },
        title: `${displayName(key.schema, key.tableName)} (${columns}) refers to ${displayName(
          key.referencedSchema ?? '',
          key.referencedTable ?? '',
        )} without an index`,
        evidence: {
          table: displayName(key.schema, key.tableName),
          columns: key.columns,
          referencedTable: displayName(key.referencedSchema ?? '', key.referencedTable ?? ''),
          rows: rowsOf(key),
          referencedDeletedRows: referenced?.deletedRows ?? null,
          referencedUpdatedRows: referenced?.updatedRows ?? null,
        },
        threshold: threshold('minimumRows'),
        remedy: remedyFor(key, tables.get(key.tableOid), rowsOf(key)),
      });
    });
  },
});

function remedyFor(key: ConstraintRow, table: TableFacts | undefined, rows: number): string {
  const columns = key.columns.map(quoteIdentifier).join(', ');
  const target = `${quoteQualified(key.schema, key.tableName)} (${columns})`;
  const reason = `a delete in the referenced table reads ${formatCount(rows)} rows without it`;
  return table?.kind === 'partitioned'
    ? `create index concurrently on each partition, then create index on ${target}: ${reason}`
    : `create index concurrently on ${target}: ${reason}`;
}

type Lookup = (tableOid: number, columns: readonly string[]) => boolean;

/** A partitioned table has the index when it carries it itself or every partition does. */
function indexLookup(indexes: readonly IndexFacts[], tables: readonly TableFacts[]): Lookup {
  const byTable = groupBy(indexes, (index) => index.tableOid);
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const partitions = groupBy(
    tables.filter((table) => table.isPartition),
    (table) => table.parentOid,
  );
  const isIndexed: Lookup = (tableOid, columns) => {
    if ((byTable.get(tableOid) ?? []).some((index) => serves(index, columns))) return true;
    if (byOid.get(tableOid)?.kind !== 'partitioned') return false;
    const children = partitions.get(tableOid) ?? [];
    return children.length > 0 && children.every((child) => isIndexed(child.oid, columns));
  };
  return isIndexed;
}

/** Whether the index finds rows by these columns, in whatever order they lead it. */
function serves(index: IndexFacts, columns: readonly string[]): boolean {
  if (!index.isValid || (index.predicateTree !== null && !skipsOnlyNulls(index, columns))) return false;
  if (index.method === 'hash') return columns.length === 1 && index.columns[0] === columns[0];
  if (index.method !== 'btree' || index.keyColumnCount < columns.length) return false;
  const leading = index.columns.slice(0, columns.length);
  return columns.every((column) => leading.includes(column));
}

/**
 * A partial index `where column is not null` still serves: a foreign key looks only for values. The predicate is
 * read from its stored tree, where nulltesttype 1 is IS NOT NULL.
 */
function skipsOnlyNulls(index: IndexFacts, columns: readonly string[]): boolean {
  const test = /^\{NULLTEST :arg \{VAR [^{}]*?:varattno (\d+) [^{}]*\} :nulltesttype 1 /.exec(
    index.predicateTree ?? '',
  );
  const position = index.columnNumbers.indexOf(Number(test?.[1] ?? -1));
  return position >= 0 && columns.includes(index.columns[position] ?? '');
}

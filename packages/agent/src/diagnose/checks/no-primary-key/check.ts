import { displayName, formatCount, groupBy, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { ColumnRow, IndexFacts, TableFacts } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.no-primary-key.minimum-rows',
    summary: 'Rows from which a table without a primary key is reported.',
    unit: 'rows',
    default: 1_000,
    source: 'smaller tables are mostly scratch and import tables',
  }),
  maximumFindings: maximumFindingsSetting('no-primary-key'),
};

/** Finds tables whose rows nothing identifies. */
export const noPrimaryKey: Check = defineCheck({
  id: 'diagnose/no-primary-key',
  title: 'Tables without a primary key',
  needs: ['tables', 'indexes'],
  source: 'PostgreSQL docs 5.4.4 "Primary Keys", 29.1.1 "Replica Identity"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const rows = rowCounts(sections.tables);
    const uniques = groupBy(sections.indexes.filter(isCompleteUnique), (index) => index.tableOid);
    const columns = snapshot.sections.columns.status === 'ok' ? snapshot.sections.columns.data.columns : [];
    const filled = new Set(columns.filter((column) => column.isNotNull).map(keyOf));
    const drafts = keyless(sections.tables)
      .map((table) => ({ table, tableRows: rows.get(table.oid) ?? 0 }))
      .filter(({ tableRows }) => tableRows >= values.minimumRows)
      .toSorted((a, b) => b.tableRows - a.tableRows)
      .map(({ table, tableRows }) => {
        const key = (uniques.get(table.oid) ?? []).find((index) => isFilled(index, filled));
        return finding({
          severity: key === undefined ? 'warning' : 'info',
          subject: { kind: 'table', schema: table.schema, name: table.name },
          title: `${displayName(table.schema, table.name)} (${formatCount(tableRows)} rows) has no primary key`,
          evidence: {
            tableRows,
            replicaIdentity: table.replicaIdentity,
            uniqueKey: key === undefined ? null : displayName(key.schema, key.name),
          },
          threshold: threshold('minimumRows'),
          remedy: remedyOf(table, key),
        });
      });
    const ranked = drafts.toSorted((a, b) => Number(a.severity === 'info') - Number(b.severity === 'info'));
    return capFindings(ranked, values.maximumFindings);
  },
});

/** Tables without a primary key; a partition or child stands behind a parent that has none either. */
function keyless(tables: readonly TableFacts[]): readonly TableFacts[] {
  const without = tables.filter((table) => table.kind !== 'matview' && !table.hasPrimaryKey);
  const oids = new Set(without.map((table) => table.oid));
  return without.filter((table) => table.parentOid === null || !oids.has(table.parentOid));
}

function isCompleteUnique(index: IndexFacts): boolean {
  return index.isUnique && index.isValid && index.predicateTree === null && !index.columnNumbers.includes(0);
}

/** Tells whether a unique index identifies every row, so that it could become the primary key. */
function isFilled(index: IndexFacts, filled: ReadonlySet<string>): boolean {
  const { tableOid } = index;
  return index.columnNumbers
    .slice(0, index.keyColumnCount)
    .every((number) => filled.has(keyOf({ tableOid, number })));
}

function keyOf(column: Pick<ColumnRow, 'tableOid' | 'number'>): string {
  return `${column.tableOid}.${column.number}`;
}

function remedyOf(table: TableFacts, key: IndexFacts | undefined): string {
  const name = quoteQualified(table.schema, table.name);
  const replication =
    table.replicaIdentity === 'default'
      ? '; until then logical replication refuses its updates and deletes'
      : '';
  if (key === undefined) {
    return `declare the columns that identify a row: alter table ${name} add primary key (…), or add an identity column${replication}`;
  }
  if (table.kind === 'partitioned' || key.constraintName !== null) {
    return `its unique key ${displayName(key.schema, key.name)} identifies every row: declare it as the primary key${replication}`;
  }
  return `alter table ${name} add primary key using index ${quoteIdentifier(key.name)}${replication}`;
}

import { displayIdentifier, displayName, escapeControls, formatCount } from '../../../kernel/index.ts';
import type { ColumnRow, IndexFacts } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.random-uuid-key.minimum-rows',
    summary: 'Smallest table whose primary key is looked at.',
    unit: 'rows',
    default: 0,
    source: 'a key is cheapest to change while the table is small',
  }),
  maximumCorrelation: ratioSetting({
    key: 'diagnose.random-uuid-key.maximum-correlation-ratio',
    summary:
      'Correlation with the physical order below which uuids that the application makes are taken for random.',
    default: 0.2,
    source: 'time-ordered uuids stay near 1, random ones near 0',
  }),
  correlationRows: countSetting({
    key: 'diagnose.random-uuid-key.correlation-rows',
    summary: 'Rows from which that correlation means something.',
    unit: 'rows',
    default: 1_000,
    source: 'the correlation of a few random values is itself random',
  }),
  maximumFindings: maximumFindingsSetting('random-uuid-key'),
};

/** Defaults that draw all bits at random: version 4, by core (also as `uuidv4` from 18 on) and by uuid-ossp. */
const RANDOM_DEFAULT = /\b(gen_random_uuid|uuid_generate_v4|uuidv4)\(\)/;

/** Finds primary keys led by a uuid without order. */
export const randomUuidKey: Check = defineCheck({
  id: 'diagnose/random-uuid-key',
  title: 'Random uuids as primary keys',
  needs: ['columns', 'tables', 'indexes'],
  source: 'RFC 9562 section 6.13 "DBMS and Database Considerations"; PostgreSQL docs 9.14 "UUID Functions"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const rows = rowCounts(sections.tables);
    const columns = uuidColumns(sections.columns.columns);
    const remedy =
      snapshot.server.versionNumber >= 180_000
        ? 'let new rows take time-ordered uuids: default uuidv7(); old rows may stay'
        : 'let the application make time-ordered uuids (version 7), or use a bigint identity; old rows may stay';
    const drafts = sections.indexes
      .flatMap((index) => {
        const column = columns.get(keyOf(index.tableOid, index.columns[0] ?? ''));
        return column === undefined || !index.isPrimary ? [] : [{ index, column }];
      })
      .flatMap(({ index, column }) => {
        const tableRows = rows.get(column.tableOid) ?? 0;
        const isByDefault = RANDOM_DEFAULT.test(column.defaultExpression ?? '');
        const isMeasured =
          column.defaultExpression === null &&
          tableRows >= values.correlationRows &&
          Math.abs(column.correlation ?? 1) <= values.maximumCorrelation &&
          isNearlyUnique(column, tableRows);
        if (tableRows < values.minimumRows || !(isByDefault || isMeasured)) return [];
        return [{ index, column, tableRows, isByDefault }];
      })
      .toSorted((a, b) => b.tableRows - a.tableRows)
      .map(({ index, column, tableRows, isByDefault }) =>
        finding({
          severity: 'info',
          subject: { kind: 'column', schema: column.schema, name: column.tableName, column: column.name },
          title: titleOf(column, tableRows, isByDefault),
          evidence: {
            tableRows,
            defaultExpression:
              column.defaultExpression === null
                ? null
                : escapeControls(column.defaultExpression.slice(0, 500)),
            correlation: column.correlation,
            index: displayName(index.schema, index.name),
            indexSizeBytes: index.isPartitioned ? null : index.sizeBytes,
          },
          threshold: threshold(isByDefault ? 'minimumRows' : 'maximumCorrelation'),
          remedy,
        }),
      );
    return capFindings(drafts, values.maximumFindings);
  },
});

/** A tenant or an account that leads a key of several columns repeats: it does not make the key random. */
function isNearlyUnique({ distinctValues }: ColumnRow, rows: number): boolean {
  if (distinctValues === null) return false;
  return (distinctValues < 0 ? -distinctValues : distinctValues / Math.max(1, rows)) >= 0.5;
}

function titleOf(column: ColumnRow, tableRows: number, isByDefault: boolean): string {
  const shown = `${displayName(column.schema, column.tableName)}.${displayIdentifier(column.name)}`;
  const why = isByDefault
    ? `a random uuid (${escapeControls(column.defaultExpression ?? '').slice(0, 100)})`
    : `a uuid without order (correlation ${(column.correlation ?? 0).toFixed(2)})`;
  return `${shown}, the primary key of ${formatCount(tableRows)} rows, is ${why}`;
}

function uuidColumns(columns: readonly ColumnRow[]): ReadonlyMap<string, ColumnRow> {
  const uuids = columns.filter((column) => column.typeName === 'uuid');
  return new Map(uuids.map((column) => [keyOf(column.tableOid, column.name), column]));
}

function keyOf(tableOid: IndexFacts['tableOid'], column: string): string {
  return `${tableOid}.${column}`;
}

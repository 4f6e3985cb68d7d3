import { type MirrorRelationRow, mirrorRelationsQuery } from '../../catalog/index.ts';
import { quoteIdentifier, quoteQualified } from '../../kernel/index.ts';
import type { RelationStatistics } from '../types.ts';
import { gapAbout } from './gaps.ts';
import type { Reading } from './reading.ts';

/** Reads tables and indexes with the true length of their files. */
export async function readRelations(reading: Reading): Promise<readonly MirrorRelationRow[]> {
  const rows = await reading.listing(mirrorRelationsQuery);
  for (const gap of gapAbout('never-analyzed', rows.filter(isUnknown), (names) => ({
    reason: `no statistics were ever taken of ${names}: PostgreSQL itself plans them by guess`,
    remedy: analyzeSql(rows.filter(isUnknown)),
  }))) {
    reading.note(gap);
  }
  return rows;
}

/**
 * Gives a relation as the mirror keeps it: a foreign table is a table.
 * @param heights of btrees, by schema and name as JSON
 */
export function toRelation(row: MirrorRelationRow, heights: ReadonlyMap<string, number>): RelationStatistics {
  const { schema, name, method, pages, rows, allVisiblePages, allFrozenPages, fileBlocks } = row;
  const { tableSchema, tableName } = row;
  const table = tableSchema === null || tableName === null ? null : { schema: tableSchema, name: tableName };
  const kind = row.kind === 'f' ? 'r' : row.kind;
  const treeHeight = heights.get(JSON.stringify([schema, name])) ?? null;
  const counts = { pages, rows, allVisiblePages, allFrozenPages, fileBlocks, treeHeight };
  return { schema, name, kind, method, ...counts, table };
}

/**
 * Says of which tables the role sees no statistics although they were taken. PostgreSQL shows them to roles that may read the column,
 * unless row-level security stands in between.
 * @param seen schemas and names of tables with statistics, as JSON pairs
 */
export function noteHidden(
  reading: Reading,
  relations: readonly MirrorRelationRow[],
  seen: ReadonlySet<string>,
): void {
  const user = quoteIdentifier(reading.session.capabilities.user);
  const hidden = relations.filter(
    (row) => isTable(row) && row.rows > 0 && !seen.has(JSON.stringify([row.schema, row.name])),
  );
  const gaps = [
    ...gapAbout(
      'statistics-hidden',
      hidden.filter((row) => !row.isReadable),
      (names) => ({
        reason: `the role ${user} sees no column statistics of ${names}: PostgreSQL shows them only to roles that may read the columns`,
        remedy: `grant pg_read_all_data to ${user}; or make pgsteward.column_statistics(), see docs/guides/statistics-export.md`,
      }),
    ),
    ...gapAbout(
      'statistics-behind-policy',
      hidden.filter((row) => row.isReadable && row.isUnderPolicy),
      (names) => ({
        reason: `row-level security hides the column statistics of ${names} from the role ${user}`,
        remedy: `alter role ${user} bypassrls; or make pgsteward.column_statistics(), see docs/guides/statistics-export.md`,
      }),
    ),
    ...gapAbout(
      'statistics-missing',
      hidden.filter((row) => row.isReadable && !row.isUnderPolicy),
      (names) => ({
        reason: `${names} has rows but no column statistics: it was vacuumed or indexed and never analyzed`,
        remedy: analyzeSql(hidden.filter((row) => row.isReadable && !row.isUnderPolicy)),
      }),
    ),
  ];
  for (const gap of gaps) reading.note(gap);
}

function isTable({ kind }: MirrorRelationRow): boolean {
  return kind === 'r' || kind === 'm' || kind === 'p' || kind === 'f';
}

/** An empty table has nothing to analyze; of a partitioned one nobody knows. */
function isUnknown(row: MirrorRelationRow): boolean {
  return isTable(row) && row.rows < 0 && row.fileBlocks !== 0;
}

const NAMED = 10;

function analyzeSql(rows: readonly MirrorRelationRow[]): string {
  if (rows.length > NAMED) return 'analyze;';
  return `analyze ${rows.map((row) => quoteQualified(row.schema, row.name)).join(', ')};`;
}

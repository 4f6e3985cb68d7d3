import { columnsQuery } from '../../catalog/index.ts';
import { OBSERVE_SETTINGS } from '../settings.ts';
import type { ColumnListing, Section, TableFacts } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectRows } from './plain.ts';

/** Reads the columns of the largest tables; a partition stands behind its parent. */
export async function collectColumns(
  context: CollectorContext,
  tables: readonly TableFacts[],
): Promise<Section<ColumnListing>> {
  const locked = new Set(context.locks.oids());
  const candidates = tables.filter((table) => !table.isPartition && !locked.has(table.oid));
  const limit = context.settings.get(OBSERVE_SETTINGS.columnTables);
  const largest = candidates.toSorted((a, b) => weight(b) - weight(a)).slice(0, limit);
  const names = [...new Set(largest.map((table) => table.name))];
  const section = await collectRows(
    context,
    columnsQuery,
    context.locks.values((oids) => [unlocked(largest, oids), names]),
  );
  if (section.status === 'unavailable') return section;
  const omittedTables = candidates.length - largest.length;
  if (omittedTables > 0) {
    context.noteGap({
      id: 'observe/column-tables',
      reason: `the columns of the ${omittedTables} smallest tables were not read`,
      remedy: `raise ${OBSERVE_SETTINGS.columnTables.key}`,
    });
  }
  return { ...section, data: { columns: section.data, omittedTables } };
}

function unlocked(tables: readonly TableFacts[], lockedOids: readonly number[]): readonly number[] {
  const locked = new Set(lockedOids);
  return tables.map((table) => table.oid).filter((oid) => !locked.has(oid));
}

/** A partitioned table has no bytes of its own and is always worth its columns. */
function weight(table: TableFacts): number {
  return table.kind === 'partitioned' ? Number.MAX_SAFE_INTEGER : (table.heapBytes ?? 0);
}

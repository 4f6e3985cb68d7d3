import type { HypotheticalIndex } from '../../planner/index.ts';
import type { Workload } from './types.ts';

/**
 * Planner units that one new index entry costs: the descent and the insertion, and its share of dirtied pages. Of the order of what
 * the planner charges for reading one row through an index (`cpu_index_tuple_cost` and a part of `random_page_cost`).
 */
const ENTRY_COST = 0.05;

/** An update that could have been HOT and is not, because the index holds a changed column, writes to all indexes of the table. */
const LOST_HOT_COST = 0.1;

/**
 * Gives the cost of keeping an index up to date over the time that the workload's weights cover: an entry for each row inserted and for
 * each update that is not HOT.
 * @source PostgreSQL docs 73.7 "Heap-Only Tuples (HOT)"
 */
export function writeCosts(workload: Workload): (index: HypotheticalIndex) => number {
  const tables = new Map(workload.tables.map((table) => [`${table.schema}.${table.name}`, table]));
  return ({ definition, rows }) => {
    const table = tables.get(`${definition.schema}.${definition.table}`);
    if (table === undefined) return 0;
    const share =
      definition.predicate === null || table.rows === 0 || rows === 0 ? 1 : Math.min(1, rows / table.rows);
    const entries = table.inserts + Math.max(0, table.updates - table.hotUpdates);
    const lostHot =
      table.hotUpdates * LOST_HOT_COST * updatedShare(definition.keys.length, table.columns.length);
    return share * (entries * ENTRY_COST + lostHot);
  };
}

/** Which columns are updated is not counted anywhere: the more columns an index holds, the likelier one of them is. */
function updatedShare(keys: number, columns: number): number {
  return columns === 0 ? 0 : Math.min(1, keys / columns);
}

import {
  columnExtremesStatement,
  type MirrorLeadRow,
  mirrorLeadsQuery,
  runCatalogQuery,
} from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { ColumnExtremes, MirrorGap } from '../types.ts';

/** Columns looked up by one statement. */
const BATCH = 50;

/** Reads the ends of columns that lead a btree, which the planner looks up when a condition lies beyond the histogram. */
export async function readExtremes(
  session: Session,
  locked: readonly number[],
  gaps: MirrorGap[],
): Promise<readonly ColumnExtremes[]> {
  const result = await runCatalogQuery(session, mirrorLeadsQuery, [locked]);
  if (!result.ok) {
    gaps.push({ id: 'whatif/extremes', subject: null, ...result.unavailable });
    return [];
  }
  const readable = result.rows.filter((row) => row.isReadable);
  const hidden = result.rows.length - readable.length;
  if (hidden > 0) {
    gaps.push({
      id: 'whatif/extremes',
      reason: `the ends of ${hidden} indexed columns cannot be read: plans of conditions beyond the statistics may differ`,
      remedy: 'grant pg_read_all_data to the role, or select on these tables',
      subject: null,
    });
  }
  const extremes: ColumnExtremes[] = [];
  for (let begin = 0; begin < readable.length; begin += BATCH) {
    extremes.push(...(await readBatch(session, readable.slice(begin, begin + BATCH), gaps)));
  }
  return extremes;
}

/** A batch that fails, for one table's sake, is read one by one. */
async function readBatch(
  session: Session,
  leads: readonly MirrorLeadRow[],
  gaps: MirrorGap[],
): Promise<readonly ColumnExtremes[]> {
  try {
    const rows = await session.read(columnExtremesStatement(leads));
    return rows.flatMap((row) => {
      const lead = leads[Number(row['number'])];
      if (lead === undefined) return [];
      const { schema, table, column } = lead;
      return [{ schema, table, column, least: textOf(row['least']), greatest: textOf(row['greatest']) }];
    });
  } catch (error) {
    if (leads.length > 1) {
      const found: ColumnExtremes[] = [];
      for (const lead of leads) found.push(...(await readBatch(session, [lead], gaps)));
      return found;
    }
    const [lead] = leads;
    const reason = error instanceof Error ? error.message : String(error);
    gaps.push({
      id: 'whatif/extremes',
      reason: `the ends of ${lead?.schema}.${lead?.table}.${lead?.column} could not be read: ${reason}`,
      remedy: 'run again when the table is not locked',
      subject: lead === undefined ? null : { schema: lead.schema, name: lead.table },
    });
    return [];
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

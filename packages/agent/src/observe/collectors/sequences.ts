import { DatabaseError } from 'pg';
import {
  columnMaximumStatement,
  type SequenceRow,
  sequencesQuery,
  type Unavailable,
} from '../../catalog/index.ts';
import type { IndexFacts, Section, SequenceFacts } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectListing } from './plain.ts';

/** Most columns whose maximum is read in one run: each costs one index descent and one round trip. */
const MAXIMUM_PROBES = 300;

/** Reads sequences, each with the largest value of its column where an index gives it at once. */
export async function collectSequences(
  context: CollectorContext,
  indexes: readonly IndexFacts[],
): Promise<Section<readonly SequenceFacts[]>> {
  const section = await collectListing(context, sequencesQuery, [context.lockedOids]);
  if (section.status === 'unavailable') return section;
  const indexed = leadingColumns(indexes);
  const locked = new Set(context.lockedOids);
  const data: SequenceFacts[] = [];
  let probes = 0;
  for (const sequence of section.data) {
    const isWorthwhile =
      sequence.lastValue !== null && isIndexed(sequence, indexed) && probes < MAXIMUM_PROBES;
    if (!isWorthwhile || locked.has(sequence.tableOid ?? 0)) {
      data.push({ ...sequence, columnMaximum: null, columnMaximumGap: null });
      continue;
    }
    probes += 1;
    data.push({ ...sequence, ...(await readMaximum(context, sequence)) });
  }
  return { ...section, data };
}

function leadingColumns(indexes: readonly IndexFacts[]): ReadonlySet<string> {
  const usable = indexes.filter(
    (index) => index.method === 'btree' && index.isValid && index.predicateTree === null,
  );
  return new Set(usable.map((index) => `${index.tableOid}.${index.columns[0] ?? ''}`));
}

function isIndexed(sequence: SequenceRow, indexed: ReadonlySet<string>): boolean {
  return indexed.has(`${sequence.tableOid ?? 0}.${sequence.columnName ?? ''}`);
}

async function readMaximum(
  context: CollectorContext,
  sequence: SequenceRow,
): Promise<Pick<SequenceFacts, 'columnMaximum' | 'columnMaximumGap'>> {
  const { tableSchema, tableName, columnName } = sequence;
  if (tableSchema === null || tableName === null || columnName === null) {
    return { columnMaximum: null, columnMaximumGap: null };
  }
  try {
    const statement = columnMaximumStatement({ schema: tableSchema, tableName, column: columnName });
    const rows = await context.session.read(statement);
    return {
      columnMaximum: (rows[0]?.['maximum'] as number | null | undefined) ?? null,
      columnMaximumGap: null,
    };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { columnMaximum: null, columnMaximumGap: explainProbe(error) };
  }
}

/** Says why table data could not be read. */
export function explainProbe(error: DatabaseError): Unavailable {
  return error.code === '42501'
    ? {
        reason: 'the role may not read the table',
        remedy: 'grant select on it, or pg_read_all_data, to the role',
      }
    : { reason: error.message, remedy: 'run again when the table is less busy' };
}

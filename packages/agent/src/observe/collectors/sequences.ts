import { DatabaseError } from 'pg';
import {
  columnMaximumStatement,
  type SequenceRow,
  sequencesQuery,
  type Unavailable,
} from '../../catalog/index.ts';
import type { IndexFacts, Section, SequenceFacts, TableFacts } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { withAncestors } from './locks.ts';
import { collectListing } from './plain.ts';

/** Most columns whose maximum is read in one run: each costs one index descent and one round trip. */
const MAXIMUM_PROBES = 300;

/** Types that hold the digits of a sequence as text; their order says nothing. */
const TEXT_TYPES: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'citext', 'name']);

type ColumnReading = Pick<SequenceFacts, 'columnMaximum' | 'nextValue' | 'isNextTaken' | 'columnMaximumGap'>;

const NOT_READ: ColumnReading = {
  columnMaximum: null,
  nextValue: null,
  isNextTaken: null,
  columnMaximumGap: null,
};

/** Reads sequences, each with the largest value of its column where an index gives it at once. */
export async function collectSequences(
  context: CollectorContext,
  indexes: readonly IndexFacts[],
  tables: readonly TableFacts[],
): Promise<Section<readonly SequenceFacts[]>> {
  const section = await collectListing(
    context,
    sequencesQuery,
    context.locks.values((oids) => [oids]),
  );
  if (section.status === 'unavailable') return section;
  const indexed = leadingColumns(indexes);
  const locked = withAncestors(context.locks.oids(), tables);
  const data: SequenceFacts[] = [];
  let probes = 0;
  for (const sequence of section.data) {
    const isWorthwhile =
      sequence.isReadable &&
      !TEXT_TYPES.has(sequence.columnType ?? '') &&
      isIndexed(sequence, indexed) &&
      probes < MAXIMUM_PROBES;
    if (!isWorthwhile || locked.has(sequence.tableOid ?? 0)) {
      data.push({ ...sequence, ...NOT_READ });
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

async function readMaximum(context: CollectorContext, sequence: SequenceRow): Promise<ColumnReading> {
  const { tableSchema, tableName, columnName, oid, schema, name, increment } = sequence;
  if (tableSchema === null || tableName === null || columnName === null) return NOT_READ;
  try {
    const isUsed = sequence.lastValue !== null;
    const [row] = await context.session.read(
      columnMaximumStatement({
        schema: tableSchema,
        tableName,
        column: columnName,
        sequence: { oid, schema, name, increment, isUsed },
      }),
    );
    return {
      columnMaximum: (row?.['maximum'] as number | null | undefined) ?? null,
      nextValue: (row?.['nextValue'] as number | null | undefined) ?? null,
      isNextTaken: (row?.['isNextTaken'] as boolean | undefined) ?? null,
      columnMaximumGap: null,
    };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { ...NOT_READ, columnMaximumGap: explainProbe(error) };
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

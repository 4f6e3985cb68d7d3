import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../kernel/index.ts';
import type { ReadStatement } from '../../postgres/index.ts';

/** A sequence, and the column that it fills. */
export interface SequenceValueProbe {
  readonly schema: string;
  readonly name: string;
  readonly column: { readonly schema: string; readonly table: string; readonly name: string };
}

/** Reads a column without an index too. */
const PROBE_TIMEOUT_MS = 60_000;

/**
 * Builds the statement that reads where a sequence stands: one row with `lastValue` and the column's `maximum` as text,
 * `isCalled`, which is false while the value is still to be given, and `increment`.
 */
export function sequenceValueStatement({ schema, name, column }: SequenceValueProbe): ReadStatement {
  const sequence = quoteQualified(schema, name);
  const table = quoteQualified(column.schema, column.table);
  return {
    id: 'catalog/probe-sequence-value',
    sql: `select q.last_value::text as "lastValue", q.is_called as "isCalled",
        (select max(${quoteIdentifier(column.name)})::text from ${table}) as "maximum",
        (select s.seqincrement::float8 from pg_catalog.pg_sequence s
          where s.seqrelid = ${quoteLiteral(sequence)}::pg_catalog.regclass) as "increment"
      from ${sequence} q`,
    values: [],
    timeoutMs: PROBE_TIMEOUT_MS,
  };
}

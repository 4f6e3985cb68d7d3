import { quoteIdentifier, quoteQualified } from '../../kernel/index.ts';
import type { ReadStatement } from '../../postgres/index.ts';

/** An indexed column whose largest value is to be compared with the sequence that fills it. */
export interface ColumnMaximumProbe {
  readonly schema: string;
  readonly tableName: string;
  readonly column: string;
  readonly sequence: {
    readonly oid: number;
    readonly schema: string;
    readonly name: string;
    readonly increment: number;
    /** Whether it ever gave a value; one that did not is read itself, which needs SELECT on it. */
    readonly isUsed: boolean;
  };
}

const PROBE_TIMEOUT_MS = 500;

/**
 * Builds the statement that reads the largest value of a column from the end of its index: one row with
 * `maximum`, `nextValue` and `isNextTaken`. The sequence is read with the column, for a sequence read before
 * it would seem to lag behind the rows that others insert meanwhile.
 */
export function columnMaximumStatement(probe: ColumnMaximumProbe): ReadStatement {
  const column = quoteIdentifier(probe.column);
  const table = quoteQualified(probe.schema, probe.tableName);
  const { oid, schema, name, isUsed } = probe.sequence;
  const next = isUsed
    ? 'select pg_catalog.pg_sequence_last_value($1::oid)::numeric + $2::numeric'
    : `select case when q.is_called then q.last_value + $2::numeric else q.last_value end
        from ${quoteQualified(schema, name)} q where $1::oid is not null`;
  return {
    id: 'catalog/probe-column-maximum',
    sql: `select m.maximum::float8 as "maximum", n.value::float8 as "nextValue",
        exists (select from ${table} t where t.${column} = n.value) as "isNextTaken"
      from (select max(${column}) as maximum from ${table}) m
      cross join (
        select case when v.value between -9223372036854775808 and 9223372036854775807 then v.value::bigint end as value
        from (${next}) v (value)
      ) n`,
    values: [oid, probe.sequence.increment],
    timeoutMs: PROBE_TIMEOUT_MS,
  };
}

import { quoteIdentifier, quoteQualified } from '../../kernel/index.ts';
import type { ReadStatement } from '../../postgres/index.ts';

/** An indexed column whose largest value is to be read. */
export interface ColumnMaximumProbe {
  readonly schema: string;
  readonly tableName: string;
  readonly column: string;
}

const PROBE_TIMEOUT_MS = 500;

/** Builds the statement that reads the largest value of a column from the end of its index: one row, `maximum`. */
export function columnMaximumStatement(probe: ColumnMaximumProbe): ReadStatement {
  const column = quoteIdentifier(probe.column);
  return {
    id: 'catalog/probe-column-maximum',
    sql: `select max(${column})::float8 as "maximum" from ${quoteQualified(probe.schema, probe.tableName)}`,
    timeoutMs: PROBE_TIMEOUT_MS,
  };
}

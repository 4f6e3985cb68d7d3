import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../kernel/index.ts';
import type { ReadStatement } from '../../postgres/index.ts';

/** A foreign key, declared or evident, whose rows are to be sampled. */
export interface OrphanProbe {
  readonly schema: string;
  readonly tableName: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  /** Most rows to look at. */
  readonly sampleRows: number;
  /** Share of the table's pages to read, 0..1; 1 reads from the beginning until the sample is full. */
  readonly sampleRatio: number;
}

const PROBE_TIMEOUT_MS = 1_000;

/**
 * Builds the statement that counts sampled rows without a partner: one row with `sampled`, `orphans` and
 * `isFiltered`, true when row-level security hides rows from the role and the counts prove nothing.
 * A row with a null in the key has no partner by definition (MATCH SIMPLE) and is left out.
 * @source PostgreSQL docs 5.4.5 "Foreign Keys", 5.9 "Row Security Policies"
 */
export function orphanStatement(probe: OrphanProbe): ReadStatement {
  const child = quoteQualified(probe.schema, probe.tableName);
  const parent = quoteQualified(probe.referencedSchema, probe.referencedTable);
  const keys = probe.columns.map((name) => quoteIdentifier(name));
  const matches = probe.columns.map(
    (name, index) =>
      `p.${quoteIdentifier(probe.referencedColumns[index] ?? name)} = c.${quoteIdentifier(name)}`,
  );
  const sample =
    probe.sampleRatio < 1
      ? ` tablesample system (${(probe.sampleRatio * 100).toFixed(6)}) repeatable (1)`
      : '';
  return {
    id: 'catalog/probe-orphans',
    sql: `select count(*)::int as "sampled", count(*) filter (where not exists (
        select from ${parent} p where ${matches.join(' and ')}))::int as "orphans",
        ${isFiltered(child)} or ${isFiltered(parent)} as "isFiltered"
      from (select ${keys.join(', ')} from ${child}${sample}
        where ${keys.map((key) => `${key} is not null`).join(' and ')} limit $1) c`,
    values: [probe.sampleRows],
    timeoutMs: PROBE_TIMEOUT_MS,
  };
}

function isFiltered(qualifiedName: string): string {
  return `pg_catalog.row_security_active(${quoteLiteral(qualifiedName)}::regclass)`;
}

import { quoteIdentifier, quoteQualified } from '../../kernel/index.ts';
import type { ReadStatement } from '../../postgres/index.ts';

/** A column whose ends are looked up in the btree that it leads. */
export interface ExtremesProbe {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

const TIMEOUT_MS = 2_000;

/**
 * Reads the least and the greatest value of some columns as texts, one descent of an index each. The column in ORDER BY is qualified:
 * a bare name would mean the text beside it and sort the whole table.
 * @source PostgreSQL docs, SELECT "ORDER BY Clause"
 */
export function columnExtremesStatement(probes: readonly ExtremesProbe[]): ReadStatement {
  const arms = probes.map(({ schema, table, column }, number) => {
    const from = `only ${quoteQualified(schema, table)} x`;
    const name = `x.${quoteIdentifier(column)}`;
    const end = (direction: string): string =>
      `(select ${name}::text from ${from} where ${name} is not null order by ${name} ${direction} limit 1)`;
    return `select ${number} as "number", ${end('asc')} as "least", ${end('desc')} as "greatest"`;
  });
  return { id: 'catalog/probe-column-extremes', sql: arms.join('\nunion all\n'), timeoutMs: TIMEOUT_MS };
}

import { quoteQualified } from '../../kernel/index.ts';
import type { ReadStatement } from '../../postgres/index.ts';

/** A btree whose height is asked for. */
export interface TreeProbe {
  readonly schema: string;
  readonly table: string;
  /** Columns and expressions as `pg_get_indexdef` writes them. */
  readonly keys: readonly string[];
  /** `asc nulls last` and the like, behind each key. */
  readonly directions: readonly string[];
  /** Predicate as `pg_get_expr` writes it; null for all rows. */
  readonly predicate: string | null;
}

/** How a btree is asked for: all rows in its order, or the rows of one key. */
export type TreeAccess = 'order' | 'key';

const TIMEOUT_MS = 2_000;

/**
 * Plans, without running it, a scan of each btree; the alias of each table names its place. The start of a scan costs one step per
 * level of the tree.
 */
export function treeHeightsStatement(probes: readonly TreeProbe[], access: TreeAccess): ReadStatement {
  const arms = probes.map((probe, number) => {
    const from = `from only ${quoteQualified(probe.schema, probe.table)}`;
    const equal = probe.keys.map((key) => `${key} = (select ${key} ${from} limit 1)`);
    const conditions = [
      ...(probe.predicate === null ? [] : [probe.predicate]),
      ...(access === 'key' ? equal : []),
    ];
    const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
    const order = probe.keys.map((key, at) => `${key} ${probe.directions[at] ?? ''}`).join(', ');
    return `(select 1 ${from} ${treeProbeAlias(number)}${where} order by ${order} limit 1)`;
  });
  return {
    id: 'catalog/probe-tree-heights',
    sql: `explain (format json) ${arms.join('\nunion all\n')}`,
    timeoutMs: TIMEOUT_MS,
  };
}

/** Gives the alias that a probe's table has in the plan. */
export function treeProbeAlias(number: number): string {
  return `pgsteward_probe_${number}`;
}

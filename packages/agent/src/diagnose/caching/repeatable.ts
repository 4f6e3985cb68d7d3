import type { ParsedStatement } from '../../sql/index.ts';
import type { Catalogue } from '../catalogue.ts';

/** Functions whose result is another at each call. */
const VOLATILE: ReadonlySet<string> = new Set(
  (
    'random random_normal setseed nextval currval lastval setval clock_timestamp timeofday gen_random_uuid uuidv4 uuidv7 ' +
    'uuid_generate_v4 uuid_generate_v1 pg_sleep txid_current pg_current_xact_id pg_notify'
  ).split(' '),
);

/** Why the result of a statement cannot be kept at all. */
export type Unrepeatable =
  | { readonly kind: 'writes' }
  | { readonly kind: 'locks' }
  | { readonly kind: 'volatile'; readonly functions: readonly string[] }
  | { readonly kind: 'no-table' };

/**
 * Says why the result of a statement cannot be kept, by its syntax alone; null where nothing speaks against it. Whether a
 * function of the application's own is volatile, only the catalogue tells.
 */
export function whyUnrepeatable(statement: ParsedStatement): Unrepeatable | null {
  if (statement.kind !== 'select' || statement.writes.length > 0) return { kind: 'writes' };
  if (statement.isLocking) return { kind: 'locks' };
  const functions = statement.functions.filter((name) => VOLATILE.has(name));
  if (functions.length > 0) return { kind: 'volatile', functions };
  return statement.reads.length === 0 ? { kind: 'no-table' } : null;
}

/**
 * Gives the object id of the table (of a partition, of its topmost parent) of which a statement reads one row, found by its
 * whole primary key; null where it reads anything else. Only a change of that row, and no other, makes such a result stale.
 */
export function tableOfRow(statement: ParsedStatement, catalogue: Catalogue): number | null {
  const [name] = statement.reads;
  const table = name === undefined ? null : catalogue.table(name);
  if (!statement.isPlainRead || table === null) return null;
  const key = catalogue.indexesOf(table.oid).find((index) => index.isPrimary);
  const compared = new Set(
    statement.predicates.flatMap((predicate) =>
      predicate.kind === 'comparison' && predicate.operator === '=' && predicate.operand.shape === null
        ? [predicate.operand.column.name]
        : [],
    ),
  );
  const columns = key?.columns.slice(0, key.keyColumnCount) ?? [];
  const isWhole = columns.length > 0 && columns.every((column) => column !== null && compared.has(column));
  return isWhole ? catalogue.root(table).oid : null;
}

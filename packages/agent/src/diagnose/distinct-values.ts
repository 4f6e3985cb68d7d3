import type { ColumnReference } from '../sql/index.ts';
import type { Catalogue } from './catalogue.ts';

/** Number of distinct values of a column by its statistics; null when they are not known. */
export function distinctValues(reference: ColumnReference, catalogue: Catalogue): number | null {
  const found = catalogue.column(reference);
  const distinct = found?.column?.distinctValues ?? null;
  if (found === null || distinct === null || distinct === 0) return null;
  return distinct > 0 ? distinct : -distinct * catalogue.rows(found.table.oid);
}

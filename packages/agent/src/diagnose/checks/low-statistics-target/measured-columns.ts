import type { Observation } from '../../../observe/index.ts';
import type { Catalogue } from '../../catalogue.ts';
import { comparedColumns } from '../../node-conditions.ts';
import { mayBeCutShort, measuredNodes, measuredPlans, misestimateFactor } from '../../planned-statements.ts';

/** A column by which alone a scan filtered, and how wrong its estimate was. */
export interface MeasuredColumn {
  readonly factor: number;
  readonly estimatedRows: number;
  readonly actualRows: number;
}

/**
 * Gives the columns by which alone measured scans filtered, each with its worst misestimate: by {@link columnKey}.
 * @returns null when no plan was measured
 */
export function measuredColumns(
  observation: Observation,
  catalogue: Catalogue,
): ReadonlyMap<string, MeasuredColumn> | null {
  if (measuredPlans(observation).length === 0) return null;
  const found = new Map<string, MeasuredColumn>();
  for (const one of measuredNodes(observation)) {
    const table = one.node.table === null ? null : catalogue.table(one.node.table);
    const [name, ...others] = table === null ? [] : comparedColumns(one.node);
    if (table === null || name === undefined || others.length > 0 || mayBeCutShort(one)) continue;
    const key = columnKey({ tableOid: table.oid, name });
    const factor = misestimateFactor(one);
    if (factor > (found.get(key)?.factor ?? 0)) {
      found.set(key, { factor, estimatedRows: one.node.planRows, actualRows: one.actualRows });
    }
  }
  return found;
}

/** Tells columns of all tables apart. */
export function columnKey({ tableOid, name }: { readonly tableOid: number; readonly name: string }): string {
  return `${tableOid} ${name}`;
}

import { type IndexStateRow, indexStatesQuery, runCatalogQuery } from '../../catalog/index.ts';
import { InternalError } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { RelationName } from '../types.ts';

/** Reads how indexes stand; those that do not exist are left out. */
export async function readIndexStates(
  session: Session,
  indexes: readonly RelationName[],
): Promise<readonly IndexStateRow[]> {
  const result = await runCatalogQuery(session, indexStatesQuery, [
    indexes.map(({ schema }) => schema),
    indexes.map(({ name }) => name),
  ]);
  if (!result.ok) throw new InternalError(result.unavailable.reason);
  return result.rows;
}

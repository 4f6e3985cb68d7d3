import { runCatalogQuery, type StatementRow, statementsQuery } from '../catalog/index.ts';
import { failed, failure, type Result, success } from '../kernel/index.ts';
import type { Session } from '../postgres/index.ts';
import { APP_ERRORS } from './errors.ts';

/**
 * Reads the statements of a target; those of pgsteward itself are left out.
 * @returns statements in no order, or APP.STATEMENTS_UNAVAILABLE
 */
export async function readStatements(session: Session): Promise<Result<readonly StatementRow[]>> {
  const result = await runCatalogQuery(session, statementsQuery);
  if (result.ok) return success(result.rows.filter((row) => !row.isOwn));
  return failed(failure(APP_ERRORS.STATEMENTS_UNAVAILABLE, { ...result.unavailable }));
}

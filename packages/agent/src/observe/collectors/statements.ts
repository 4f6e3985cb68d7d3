import { type StatementRow, statementsQuery, statementsWithoutTextQuery } from '../../catalog/index.ts';
import type { Section } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectRows } from './plain.ts';

/** Reads the counters of statements; when one text cannot be read, and so none can, the counters alone. */
export async function collectStatements(
  context: CollectorContext,
): Promise<Section<readonly StatementRow[]>> {
  const statements = await collectRows(context, statementsQuery);
  if (statements.status === 'ok') return statements;
  const bare = await collectRows(context, statementsWithoutTextQuery);
  if (bare.status !== 'ok') return statements;
  context.noteGap({
    id: 'observe/statement-texts',
    reason: `the texts of pg_stat_statements cannot be read: ${statements.reason}`,
    remedy: 'audit from a database with the encoding of the statements; a restart rewrites a damaged file',
  });
  return bare;
}

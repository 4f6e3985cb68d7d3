import { type CatalogQuery, runCatalogQuery } from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';
import { readTrees } from '../statements/trees.ts';
import type { Execution, Obstacle } from '../types.ts';

/** Says why an action cannot begin. */
export function obstacle(reason: string, isPassing: boolean): { readonly obstacles: readonly Obstacle[] } {
  return { obstacles: [{ reason, isPassing }] };
}

/** What an executor was to do did not come about, and why: one sentence for the ledger. */
export class NotDone extends Error {}

/** Gives the rows of a catalogue query without which an action cannot go on. */
export async function mustRead<Row>(
  session: Session,
  query: CatalogQuery<Row>,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const result = await runCatalogQuery(session, query, values);
  if (result.ok) return result.rows;
  const { reason, remedy } = result.unavailable;
  throw new NotDone(`${reason}: ${remedy}`);
}

/** Runs statements in turn: alone those that cannot be in a transaction, together those between them. */
export async function runInTurn(execution: Execution, statements: readonly string[]): Promise<void> {
  const { session, signal, lockTimeoutMs } = execution;
  const together: string[] = [];
  const flush = async (): Promise<void> => {
    const due = together.splice(0);
    if (due.length > 0) await session.runTogether(due, { signal, lockTimeoutMs });
  };
  for (const sql of statements) {
    if (!runsAlone(sql)) {
      together.push(sql);
      continue;
    }
    await flush();
    await session.run(sql, { signal });
  }
  await flush();
}

/** Tells statements that PostgreSQL refuses inside a transaction. */
function runsAlone(sql: string): boolean {
  const [tree] = readTrees([sql]) ?? [];
  if (tree === undefined) return true;
  const { type, fields } = tree;
  switch (type) {
    case 'AlterSystemStmt':
      return true;
    case 'VacuumStmt':
      return fields['is_vacuumcmd'] === true;
    case 'IndexStmt':
    case 'DropStmt':
      return fields['concurrent'] === true;
    default:
      return type === 'ReindexStmt';
  }
}

import { type ConstraintStateRow, constraintStateQuery } from '../../../catalog/index.ts';
import { displayIdentifier, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import { asText } from '../../../sql/index.ts';
import { alterCommands, isWritten, readTrees, shown } from '../../statements/trees.ts';
import type { Change, Execution, Executor, RelationName } from '../../types.ts';
import { mustRead, obstacle } from '../shared.ts';
import { transactional } from '../transactional.ts';

/**
 * Validates a constraint that was added NOT VALID, while reads and writes go on.
 * @source PostgreSQL docs, ALTER TABLE "VALIDATE CONSTRAINT"
 */
export const validateConstraint: Executor = transactional({
  kind: 'validate-constraint',
  read: readChange,
  async prepare(execution) {
    const { object, table } = execution.change;
    const state = await readState(execution);
    if (state === null) return obstacle(`there is no constraint ${object}`, false);
    if (state.isValidated) return obstacle(`${object} is valid already`, false);
    return { table, undo: [], facts: {} };
  },
  isDone: async (execution) => (await readState(execution))?.isValidated === true,
});

function readChange(statements: readonly string[]): Change | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const read = tree === undefined ? null : constraintOf(statements);
  if (tree === undefined || read === null || more.length > 0) return null;
  const { table, name } = read;
  const sql = `alter table ${quoteQualified(table.schema, table.name)} validate constraint ${quoteIdentifier(name)}`;
  if (!isWritten(tree, sql)) return null;
  const object = `${shown(table)}.${displayIdentifier(name)}`;
  return { kind: 'validate-constraint', statements, object, table };
}

function constraintOf(
  statements: readonly string[],
): { readonly table: RelationName; readonly name: string } | null {
  const [tree] = readTrees(statements) ?? [];
  const alter = tree === undefined ? null : alterCommands(tree);
  const name = asText(alter?.commands[0]?.['name']);
  return alter === null || name === null ? null : { table: alter.relation, name };
}

async function readState({ session, change }: Execution): Promise<ConstraintStateRow | null> {
  const read = constraintOf(change.statements);
  if (read === null) return null;
  const { table, name } = read;
  const [state] = await mustRead(session, constraintStateQuery, [table.schema, table.name, name]);
  return state ?? null;
}

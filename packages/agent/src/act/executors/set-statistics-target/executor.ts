import { type ColumnTargetRow, columnTargetsQuery } from '../../../catalog/index.ts';
import { quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import { asFields, asNode, asText } from '../../../sql/index.ts';
import { alterCommands, columnList, isWritten, readTrees, shown, vacuumed } from '../../statements/trees.ts';
import type { Change, Execution, Executor, RelationName } from '../../types.ts';
import { mustRead, obstacle } from '../shared.ts';
import { transactional } from '../transactional.ts';

/** What ALTER COLUMN takes for "as default_statistics_target says". */
const DEFAULT_TARGET = -1;

/**
 * Sets how many of the most common values of columns are kept, and gathers them.
 * @source PostgreSQL docs, ALTER TABLE "SET STATISTICS"
 */
export const setStatisticsTarget: Executor = transactional({
  kind: 'set-statistics-target',
  read: readChange,
  async prepare(execution) {
    const { change } = execution;
    const { table } = change;
    const before = await readTargets(execution);
    if (table === null || before.length === 0) return obstacle(`there is no column ${change.object}`, false);
    const columns = before.map(({ column }) => column);
    const undo = before.map(({ column, statisticsTarget }) =>
      setSql(table, column, statisticsTarget ?? DEFAULT_TARGET),
    );
    return { table, undo: [...undo, analyzeSql(table, columns)], facts: {} };
  },
  async isDone(execution) {
    const wanted = wantedOf(execution.change.statements);
    const targets = await readTargets(execution);
    return (
      targets.length === wanted.size &&
      targets.every(
        ({ column, statisticsTarget }) => (statisticsTarget ?? DEFAULT_TARGET) === wanted.get(column),
      )
    );
  },
});

function readChange(statements: readonly string[]): Change | null {
  const trees = readTrees(statements);
  const [first] = trees ?? [];
  const table = first === undefined ? null : (alterCommands(first)?.relation ?? null);
  if (trees === null || table === null) return null;
  const wanted = wantedOf(statements);
  const arePlain = trees.every((tree) => {
    if (tree.type === 'VacuumStmt') {
      const columns = vacuumed(tree)?.columns ?? [];
      return isWritten(tree, analyzeSql(table, columns));
    }
    const [command] = alterCommands(tree)?.commands ?? [];
    const column = asText(command?.['name']);
    const target = column === null ? undefined : wanted.get(column);
    return column !== null && target !== undefined && isWritten(tree, setSql(table, column, target));
  });
  if (!arePlain || wanted.size === 0) return null;
  const columns = [...wanted.keys()].map(quoteIdentifier).join(', ');
  return { kind: 'set-statistics-target', statements, object: `${shown(table)}(${columns})`, table };
}

/** Targets as they shall be, by column. */
function wantedOf(statements: readonly string[]): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>();
  for (const tree of readTrees(statements) ?? []) {
    for (const { subtype, name, def } of alterCommands(tree)?.commands ?? []) {
      const column = asText(name);
      if (subtype !== 'AT_SetStatistics' || column === null) continue;
      // The parser leaves out what is 0.
      const target = Number(asFields(asNode(def)?.fields)['ival'] ?? 0);
      wanted.set(column, target);
    }
  }
  return wanted;
}

function readTargets({ session, change }: Execution): Promise<readonly ColumnTargetRow[]> {
  const { schema, name } = change.table ?? { schema: '', name: '' };
  return mustRead(session, columnTargetsQuery, [schema, name, [...wantedOf(change.statements).keys()]]);
}

function setSql({ schema, name }: RelationName, column: string, target: number): string {
  return `alter table ${quoteQualified(schema, name)} alter column ${quoteIdentifier(column)} set statistics ${target}`;
}

function analyzeSql({ schema, name }: RelationName, columns: readonly string[]): string {
  return `analyze ${quoteQualified(schema, name)}${columnList(columns)}`;
}

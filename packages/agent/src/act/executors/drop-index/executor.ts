import type { IndexStateRow } from '../../../catalog/index.ts';
import { quoteLiteral, quoteQualified } from '../../../kernel/index.ts';
import { asFields, asList, deparse, parseTree } from '../../../sql/index.ts';
import { qualifiedOf, readTrees, shown } from '../../statements/trees.ts';
import type { Change, Executor, RelationName } from '../../types.ts';
import { readIndexStates } from '../index-states.ts';
import { obstacle, runInTurn } from '../shared.ts';

/**
 * Drops an index, and keeps what builds it again just as it was.
 * @source PostgreSQL docs, DROP INDEX "CONCURRENTLY"
 */
export const dropIndex: Executor = {
  kind: 'drop-index',
  read: readChange,
  async prepare({ session, change }) {
    const index = indexOf(change);
    const [state] = index === null ? [] : await readIndexStates(session, [index]);
    if (state === undefined) return obstacle(`there is no index ${change.object}`, false);
    if (state.backs !== null) return obstacle(`${change.object} backs a ${state.backs}`, false);
    if (state.parentOid !== null)
      return obstacle(`${change.object} belongs to the index of the partitioned table`, false);
    if (!state.isPartitioned && !isConcurrent(change))
      return obstacle(
        `${change.object} is of a plain table, where only a concurrent drop blocks nobody`,
        false,
      );
    if (state.isBeingBuilt) return obstacle(`${change.object} is being built`, true);
    return {
      table: { schema: state.tableSchema, name: state.tableName },
      undo: state.isValid ? rebuild(state) : [],
      facts: {
        oid: state.oid,
        schema: state.schema,
        name: state.name,
        sizeBytes: state.sizeBytes,
        wasValid: state.isValid,
      },
    };
  },
  async inspect({ session, change }, { facts }) {
    const index = indexOf(change);
    const [state] = index === null ? [] : await readIndexStates(session, [index]);
    if (state === undefined) return 'present';
    // What was invalid before is whole as it stands.
    return state.isValid || (state.oid === facts['oid'] && facts['wasValid'] === false)
      ? 'absent'
      : 'partial';
  },
  apply: (execution) => runInTurn(execution, execution.change.statements),
  // An index whose drop began can only be dropped.
  cleanUp: async () => null,
  async undo(execution, { undo }) {
    const { session, change, signal } = execution;
    const index = indexOf(change);
    const [state] = index === null ? [] : await readIndexStates(session, [index]);
    if (state?.isValid === true) return;
    // A half-dropped index, or what an interrupted rebuild left.
    if (state !== undefined) {
      await session.run(`drop index concurrently if exists ${quoteQualified(state.schema, state.name)}`, {
        signal,
      });
    }
    await runInTurn(execution, undo);
  },
};

function readChange(statements: readonly string[]): Change | null {
  const trees = readTrees(statements);
  const [tree, ...more] = trees ?? [];
  if (tree === undefined || more.length > 0 || tree.type !== 'DropStmt') return null;
  const { fields } = tree;
  const [object, ...others] = asList(fields['objects']);
  const index = qualifiedOf(object);
  if (fields['removeType'] !== 'OBJECT_INDEX' || others.length > 0 || index === null) return null;
  // Nothing that depends on it goes with it.
  if (fields['behavior'] !== 'DROP_RESTRICT') return null;
  return { kind: 'drop-index', statements, object: shown(index), table: null };
}

function indexOf(change: Change): RelationName | null {
  const [tree] = readTrees(change.statements) ?? [];
  return qualifiedOf(asList(tree?.fields['objects'])[0]);
}

function isConcurrent(change: Change): boolean {
  const [tree] = readTrees(change.statements) ?? [];
  return tree?.fields['concurrent'] === true;
}

/** What builds the index again: concurrently, in its tablespace, with its comment. */
function rebuild(state: IndexStateRow): readonly string[] {
  const tree = asFields(asFields(parseTree(state.definition))['IndexStmt']);
  const fields = {
    ...tree,
    ...(state.isPartitioned
      ? { relation: { ...asFields(tree['relation']), inh: true } }
      : { concurrent: true }),
    ...(state.tablespace === null ? {} : { tableSpace: state.tablespace }),
  };
  const comment =
    state.comment === null
      ? []
      : [`comment on index ${quoteQualified(state.schema, state.name)} is ${quoteLiteral(state.comment)}`];
  return [deparse({ IndexStmt: fields }), ...comment];
}

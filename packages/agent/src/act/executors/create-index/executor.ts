import type { IndexStateRow } from '../../../catalog/index.ts';
import { quoteQualified } from '../../../kernel/index.ts';
import { asFields, asText, type TreeNode } from '../../../sql/index.ts';
import { alterCommands, readTrees, relationOf, shown } from '../../statements/trees.ts';
import type { Change, Execution, Executor, Presence, RelationName } from '../../types.ts';
import { readIndexStates } from '../index-states.ts';
import { obstacle, runInTurn } from '../shared.ts';
import { buildProgress } from './build-progress.ts';

/**
 * Builds an index without blocking writes. Of a partitioned table: the parent's on it alone, each partition's
 * concurrently, attached one after the other; the parent's becomes valid with the last.
 * @source PostgreSQL docs, CREATE INDEX "Building Indexes Concurrently"; 5.12.2.2 "Partition Maintenance"
 */
export const createIndex: Executor = {
  kind: 'create-index',
  read: readChange,
  async prepare({ session, change }) {
    const [namesake] = await readIndexStates(
      session,
      indexesOf(change).map(({ index }) => index),
    );
    if (namesake === undefined) return { table: change.table, undo: undoOf(change), facts: {} };
    const name = shown(namesake);
    if (namesake.isBeingBuilt) return obstacle(`somebody is building ${name}`, true);
    const invalid = 'is there and invalid: what an interrupted build left; drop or rebuild it first';
    return obstacle(`${name} ${namesake.isValid ? 'exists already' : invalid}`, false);
  },
  async inspect({ session, change }) {
    const indexes = indexesOf(change);
    return presenceOf(
      indexes,
      await readIndexStates(
        session,
        indexes.map(({ index }) => index),
      ),
    );
  },
  async apply(execution) {
    const { session, change } = execution;
    const trees = readTrees(change.statements) ?? [];
    for (const [number, sql] of change.statements.entries()) {
      if (await isDone(execution, trees[number])) continue;
      const progress = buildProgress(execution, { done: number, total: change.statements.length });
      await session.run(sql, execution).finally(() => progress.end());
    }
  },
  async cleanUp({ session, change, signal }) {
    const states = await readIndexStates(
      session,
      indexesOf(change).map(({ index }) => index),
    );
    const leftovers = states.filter(({ isValid, isPartitioned }) => !isValid && !isPartitioned);
    for (const leftover of leftovers) {
      await session.run(
        `drop index concurrently if exists ${quoteQualified(leftover.schema, leftover.name)}`,
        { signal },
      );
    }
    const names = leftovers.map(shown).join(', ');
    return names === '' ? 'nothing was left of the build' : `dropped what the build left: ${names}`;
  },
  async undo(execution, { undo }) {
    await runInTurn(execution, undo);
    // Partitions whose index was not attached keep it when the parent's goes.
    const rest = await readIndexStates(
      execution.session,
      indexesOf(execution.change).map(({ index }) => index),
    );
    await runInTurn(
      execution,
      rest.map(({ schema, name }) => `drop index concurrently if exists ${quoteQualified(schema, name)}`),
    );
  },
};

/** An index that the statements make. */
interface MadeIndex {
  readonly index: RelationName;
  readonly table: RelationName;
  readonly isConcurrent: boolean;
}

function readChange(statements: readonly string[]): Change | null {
  const trees = readTrees(statements);
  const first = trees?.[0];
  const root = first === undefined ? null : madeBy(first);
  if (trees === null || root === null) return null;
  if (!trees.every((tree) => isStep(tree))) return null;
  // A plain build that blocks writes is none of ours; on a partitioned table alone it takes no time.
  if (!root.isConcurrent && statements.length < 2) return null;
  return { kind: 'create-index', statements, object: shown(root.index), table: root.table };
}

function isStep(tree: TreeNode): boolean {
  const made = madeBy(tree);
  if (made !== null) return made.isConcurrent || isOnly(tree);
  return attachedBy(tree) !== null;
}

/** `on only`: not on the partitions. */
function isOnly({ fields }: TreeNode): boolean {
  return asFields(fields['relation'])['inh'] !== true;
}

function madeBy({ type, fields }: TreeNode): MadeIndex | null {
  if (type !== 'IndexStmt') return null;
  const table = relationOf(fields['relation']);
  const name = asText(fields['idxname']);
  if (table === null || name === null || fields['if_not_exists'] === true) return null;
  return { table, index: { schema: table.schema, name }, isConcurrent: fields['concurrent'] === true };
}

/** `alter index … attach partition …`. */
function attachedBy(tree: TreeNode): { readonly parent: RelationName; readonly part: RelationName } | null {
  const alter = alterCommands(tree);
  const [command, ...more] = alter?.commands ?? [];
  if (alter === null || command === undefined || more.length > 0) return null;
  if (tree.fields['objtype'] !== 'OBJECT_INDEX' || command['subtype'] !== 'AT_AttachPartition') return null;
  const part = relationOf(asFields(asFields(asFields(command['def'])['PartitionCmd'])['name']));
  return part === null ? null : { parent: alter.relation, part };
}

function indexesOf({ statements }: Change): readonly MadeIndex[] {
  return (readTrees(statements) ?? []).flatMap((tree) => madeBy(tree) ?? []);
}

function presenceOf(made: readonly MadeIndex[], states: readonly IndexStateRow[]): Presence {
  if (states.length === 0) return 'absent';
  const isWhole = states.length === made.length && states.every(({ isValid }) => isValid);
  return isWhole ? 'present' : 'partial';
}

/** Whether a step was taken before the agent went away. */
async function isDone({ session }: Execution, tree: TreeNode | undefined): Promise<boolean> {
  const made = tree === undefined ? null : madeBy(tree);
  if (made !== null) {
    const [state] = await readIndexStates(session, [made.index]);
    return state !== undefined && (state.isValid || state.isPartitioned);
  }
  const attached = tree === undefined ? null : attachedBy(tree);
  if (attached === null) return false;
  const states = await readIndexStates(session, [attached.parent, attached.part]);
  const oidOf = ({ schema, name }: RelationName): IndexStateRow | undefined =>
    states.find((state) => state.schema === schema && state.name === name);
  return oidOf(attached.part)?.parentOid === oidOf(attached.parent)?.oid;
}

function undoOf(change: Change): readonly string[] {
  const [root] = indexesOf(change);
  if (root === undefined) return [];
  const name = quoteQualified(root.index.schema, root.index.name);
  return [root.isConcurrent ? `drop index concurrently if exists ${name}` : `drop index if exists ${name}`];
}

import { type SequenceValueProbe, sequenceValueStatement } from '../../../catalog/index.ts';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../kernel/index.ts';
import { asList, asNode, asText, contains, type Fields, visit } from '../../../sql/index.ts';
import { isWritten, readTrees, relationOf, shown } from '../../statements/trees.ts';
import type { Change, Execution, Executor, RelationName } from '../../types.ts';
import { NotDone, obstacle, runInTurn } from '../shared.ts';
import { transactional } from '../transactional.ts';

/**
 * Moves a sequence past the values that its column holds. It is taken back only while nobody drew from it: values that
 * were given out must not be given again.
 * @source PostgreSQL docs 9.17 "Sequence Manipulation Functions"
 */
export const setSequence: Executor = transactional({
  kind: 'set-sequence',
  read: readChange,
  async prepare(execution) {
    const { object, statements, table } = execution.change;
    const probe = probeOf(statements);
    const state = await readState(execution);
    if (probe === null || state === null) return obstacle(`there is no sequence ${object}`, false);
    const { lastValue, isCalled, maximum, increment } = state;
    if (increment < 0) return obstacle(`${object} counts down`, false);
    if (maximum === null || isPast(state, maximum))
      return obstacle(`${object} is past the values of its column already`, false);
    const sequence = quoteQualified(probe.schema, probe.name);
    const unlessDrawn = `from ${sequence} q where q.is_called and q.last_value = ${maximum}`;
    const setval = `pg_catalog.setval(${quoteLiteral(sequence)}, ${lastValue}, ${isCalled})`;
    return { table, undo: [`select ${setval} ${unlessDrawn}`], facts: { lastValue, isCalled, maximum } };
  },
  isDone,
  async undo(execution, prepared) {
    await runInTurn(execution, prepared.undo);
    if (!(await isDone(execution, prepared))) return;
    throw new NotDone('values were drawn from the sequence since, which must not be given again');
  },
});

/** Where a sequence stands; values as text, for they may be larger than a number. */
interface SequenceState {
  readonly lastValue: string;
  readonly isCalled: boolean;
  /** Largest value of the column; null when it has none. */
  readonly maximum: string | null;
  readonly increment: number;
}

async function isDone(
  execution: Execution,
  { facts }: { readonly facts: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  const state = await readState(execution);
  return state !== null && isPast(state, String(facts['maximum']));
}

function isPast({ lastValue, isCalled }: SequenceState, maximum: string): boolean {
  return isCalled ? BigInt(lastValue) >= BigInt(maximum) : BigInt(lastValue) > BigInt(maximum);
}

/** @returns null when the sequence or its column does not exist */
async function readState({ session, change }: Execution): Promise<SequenceState | null> {
  const probe = probeOf(change.statements);
  if (probe === null) return null;
  const rows = await session.read(sequenceValueStatement(probe)).catch((error: unknown) => {
    const { code = '', message } = error as { readonly code?: string; readonly message: string };
    if (MISSING.test(code)) return [];
    throw REFUSED.test(code) ? new NotDone(message) : error;
  });
  return (rows[0] as SequenceState | undefined) ?? null;
}

/** Undefined table, column; insufficient privilege, time ran out. */
const MISSING = /^(42P01|42703|3F000)$/;
const REFUSED = /^(42501|57014|55P03)$/;

function readChange(statements: readonly string[]): Change | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const probe = probeOf(statements);
  if (tree === undefined || probe === null || more.length > 0) return null;
  const { column, schema, name } = probe;
  const sequence = quoteLiteral(quoteQualified(schema, name));
  const maximum = `select max(${quoteIdentifier(column.name)}) from ${quoteQualified(column.schema, column.table)}`;
  if (!isWritten(tree, `select pg_catalog.setval(${sequence}, (${maximum}))`)) return null;
  const table = { schema: column.schema, name: column.table };
  return { kind: 'set-sequence', statements, object: shown({ schema, name }), table };
}

/** Reads the sequence, and the column whose largest value it is set to; null when there is none of either. */
function probeOf(statements: readonly string[]): SequenceValueProbe | null {
  const [tree] = readTrees(statements) ?? [];
  if (tree?.type !== 'SelectStmt' || !contains(tree.fields, 'SubLink')) return null;
  const found = { text: '', column: '', table: null as RelationName | null };
  visit(tree.fields, ({ type, fields }) => {
    if (type === 'A_Const') found.text = asText((fields['sval'] as Fields | undefined)?.['sval']) ?? '';
    if (type === 'RangeVar') found.table = relationOf(fields);
    if (type === 'ColumnRef') {
      const name = asNode(asList(fields['fields'])[0])?.fields['sval'];
      found.column = asText(name) ?? '';
    }
    return true;
  });
  const [named] = found.text === '' ? [] : (readTrees([`table ${found.text}`]) ?? []);
  const sequence = relationOf(asNode(asList(named?.fields['fromClause'])[0])?.fields);
  const { table, column } = found;
  if (sequence === null || table === null || column === '') return null;
  return { ...sequence, column: { schema: table.schema, table: table.name, name: column } };
}

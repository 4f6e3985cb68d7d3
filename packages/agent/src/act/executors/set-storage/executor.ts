import { runCatalogQuery, tableOptionsQuery } from '../../../catalog/index.ts';
import { quoteQualified } from '../../../kernel/index.ts';
import { asFields, asList, asNode, asText } from '../../../sql/index.ts';
import { alterCommands, readTrees, shown } from '../../statements/trees.ts';
import type { Change, Execution, Executor, RelationName } from '../../types.ts';
import { analyze } from '../analyze/executor.ts';
import { obstacle, runInTurn } from '../shared.ts';
import { vacuum } from '../vacuum/executor.ts';

/**
 * Sets storage parameters of a table, such as its own autovacuum thresholds or its fill factor, and vacuums it where
 * that is asked for.
 * @source PostgreSQL docs, CREATE TABLE "Storage Parameters"
 */
export const setStorage: Executor = {
  kind: 'set-storage',
  read: readChange,
  async prepare(execution) {
    const { change } = execution;
    const before = await readOptions(execution);
    if (before === null || change.table === null)
      return obstacle(`there is no table ${change.object}`, false);
    const name = quoteQualified(change.table.schema, change.table.name);
    const undo = [...wantedOf(change).keys()].map((option) => {
      const value = before.get(option);
      return value === undefined
        ? `alter table ${name} reset (${option})`
        : `alter table ${name} set (${option} = ${value})`;
    });
    return { table: change.table, undo, facts: {} };
  },
  async inspect(execution) {
    const now = await readOptions(execution);
    const wanted = [...wantedOf(execution.change)];
    const done = wanted.filter(([option, value]) => (now?.get(option) ?? null) === value);
    // All parameters change in one transaction.
    if (done.length < wanted.length) return 'absent';
    // Whether the vacuum came after them cannot be seen; doing it twice harms nobody.
    return execution.change.statements.length > 1 ? 'partial' : 'present';
  },
  apply: (execution) => runInTurn(execution, execution.change.statements),
  cleanUp: async () => null,
  undo: (execution, { undo }) => runInTurn(execution, undo),
};

const OPTION = /^(toast\.)?[a-z_]+$/;
const VALUE = /^[a-z0-9.-]+$/i;

function readChange(statements: readonly string[]): Change | null {
  const trees = readTrees(statements);
  const first = trees?.[0];
  const alter = first === undefined ? null : alterCommands(first);
  if (trees === null || first === undefined || alter === null) return null;
  const table = alter.relation;
  const change: Change = { kind: 'set-storage', statements, object: shown(table), table };
  if (first.fields['objtype'] !== 'OBJECT_TABLE') return null;
  const areOptions = alter.commands.every(
    ({ subtype }) => subtype === 'AT_SetRelOptions' || subtype === 'AT_ResetRelOptions',
  );
  const wanted = [...wantedOf(change)];
  const arePlain = wanted.every(
    ([option, value]) => OPTION.test(option) && (value === null || VALUE.test(value)),
  );
  const areVacuums = statements.slice(1).every((sql) => isVacuumOf(sql, table));
  return areOptions && wanted.length > 0 && arePlain && areVacuums ? change : null;
}

/** A vacuum or an analyze that those kinds of actions would run, too. */
function isVacuumOf(sql: string, table: RelationName): boolean {
  const vacuumed = (vacuum.read([sql]) ?? analyze.read([sql]))?.table;
  return vacuumed?.schema === table.schema && vacuumed.name === table.name;
}

/** Parameters as they shall be; null where one is reset. */
function wantedOf(change: Change): ReadonlyMap<string, string | null> {
  const [tree] = readTrees(change.statements) ?? [];
  const wanted = new Map<string, string | null>();
  for (const { subtype, def } of (tree === undefined ? null : alterCommands(tree))?.commands ?? []) {
    for (const item of asList(asFields(asNode(def)?.fields)['items'])) {
      const { defnamespace, defname, arg } = asFields(asNode(item)?.fields);
      const name = `${defnamespace === undefined ? '' : `${String(defnamespace)}.`}${asText(defname) ?? ''}`;
      wanted.set(name, subtype === 'AT_ResetRelOptions' ? null : parameterValue(arg));
    }
  }
  return wanted;
}

/** A parameter without a value is switched on. */
function parameterValue(arg: unknown): string {
  const { ival, fval, sval, boolval } = asFields(asNode(arg)?.fields);
  const value = ival ?? fval ?? sval ?? boolval;
  if (value !== undefined) return String(value);
  // The parser leaves out what is 0 or false.
  const type = asNode(arg)?.type;
  return type === 'Integer' ? '0' : type === 'Boolean' ? 'false' : 'true';
}

async function readOptions({ session, change }: Execution): Promise<ReadonlyMap<string, string> | null> {
  const { schema, name } = change.table ?? { schema: '', name: '' };
  const result = await runCatalogQuery(session, tableOptionsQuery, [schema, name]);
  const row = result.ok ? result.rows[0] : undefined;
  if (row === undefined) return null;
  return new Map(row.options.map((option) => option.split('=', 2) as [string, string]));
}

import { readKnownParts } from './predicates.ts';
import { buildScope, columnReference, type Scope, tableName } from './scope.ts';
import {
  asFields,
  asList,
  asNode,
  asText,
  contains,
  type Fields,
  names,
  type TreeNode,
  visit,
} from './tree.ts';
import type { ColumnReference, ParsedStatement, Predicate, TableName } from './types.ts';

const KINDS: Readonly<Record<string, ParsedStatement['kind']>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
  CopyStmt: 'copy',
};

const WRITERS: readonly string[] = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'];

const AGGREGATES: ReadonlySet<string> = new Set(
  (
    'count sum avg min max array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or ' +
    'every stddev stddev_pop stddev_samp variance var_pop var_samp corr percentile_cont percentile_disc mode'
  ).split(' '),
);

interface Reading {
  readonly ctes: ReadonlySet<string>;
  readonly predicates: Predicate[];
  readonly groupColumns: ColumnReference[];
  hasOtherConditions: boolean;
}

/** Reads what checks need to know out of the parser's tree of one statement. */
export function readStatement(tree: unknown): ParsedStatement {
  const root = asNode(tree);
  const facts = gather(tree);
  const reading: Reading = { ctes: facts.ctes, predicates: [], groupColumns: [], hasOtherConditions: false };
  if (root !== null) readQuery(root, reading, null);
  return {
    kind: KINDS[root?.type ?? ''] ?? 'utility',
    reads: facts.reads.filter((table) => table.schema !== null || !facts.ctes.has(table.name)),
    writes: facts.writes,
    predicates: reading.predicates,
    hasOtherConditions: reading.hasOtherConditions,
    groupColumns: reading.groupColumns,
    isAggregate: facts.isAggregate,
    isLocking: contains(tree, 'LockingClause'),
    hasOffset: facts.hasOffset,
    isPlainRead:
      root?.type === 'SelectStmt' && !facts.isAggregate && !facts.hasWindow && isSingleTableRead(root.fields),
    functions: facts.functions,
  };
}

/** Collects what needs no scope. */
function gather(tree: unknown) {
  const found = new Map<string, Fields[]>();
  visit(tree, ({ type, fields }) => {
    const sameType = found.get(type);
    if (sameType === undefined) found.set(type, [fields]);
    else sameType.push(fields);
    return true;
  });
  const of = (type: string): readonly Fields[] => found.get(type) ?? [];
  const relations = (type: string): readonly Fields[] => of(type).map((row) => asFields(row['relation']));
  const copies = (isFrom: boolean): readonly Fields[] =>
    of('CopyStmt').flatMap((row) =>
      (row['is_from'] === true) === isFrom ? [asFields(row['relation'])] : [],
    );
  const calls = of('FuncCall').map((row) => ({ row, name: names(row['funcname']).at(-1) ?? '' }));
  const selects = of('SelectStmt');
  return {
    ctes: new Set(of('CommonTableExpr').map((row) => asText(row['ctename']) ?? '')),
    reads: distinct([...of('RangeVar'), ...copies(false)]),
    writes: distinct([...WRITERS.flatMap(relations), ...copies(true)]),
    functions: [...new Set(calls.map((call) => call.name))],
    isAggregate:
      calls.some(({ row, name }) => row['over'] === undefined && AGGREGATES.has(name)) ||
      selects.some((row) => row['groupClause'] !== undefined || row['distinctClause'] !== undefined),
    hasWindow: calls.some(({ row }) => row['over'] !== undefined),
    hasOffset: selects.some((row) => row['limitOffset'] !== undefined),
  };
}

function distinct(relations: readonly Fields[]): readonly TableName[] {
  const tables = relations.map(tableName).filter((table) => table.name !== '');
  return [...new Map(tables.map((table) => [JSON.stringify(table), table])).values()];
}

/** Reads the conditions of a query and of those inside it. */
function readQuery(node: TreeNode, reading: Reading, outer: Scope | null): void {
  const { fields } = node;
  for (const cte of asList(asFields(fields['withClause'])['ctes'])) {
    const query = asNode(asNode(cte)?.fields['ctequery']);
    if (query !== null) readQuery(query, reading, null);
  }
  const target = asFields(fields['relation']);
  const from = [
    ...(target['relname'] === undefined || node.type === 'InsertStmt' ? [] : [{ RangeVar: target }]),
    ...asList(fields['fromClause']),
    ...asList(fields['usingClause']),
  ];
  const scope = buildScope(from, reading.ctes, outer);
  for (const side of [fields['larg'], fields['rarg']]) {
    if (side !== undefined) readQuery({ type: 'SelectStmt', fields: asFields(side) }, reading, outer);
  }
  readConditions(node, scope, reading);
  for (const item of asList(fields['groupClause'])) {
    const column = columnReference(asNode(item), scope);
    if (column !== null) reading.groupColumns.push(column);
  }
  readNested(fields, scope, reading);
}

function readConditions(node: TreeNode, scope: Scope, reading: Reading): void {
  const { fields } = node;
  const read = (condition: unknown): void => {
    const known = readKnownParts(condition, scope, () => {
      reading.hasOtherConditions = true;
    });
    reading.predicates.push(...known);
  };
  if (fields['whereClause'] !== undefined) read(fields['whereClause']);
  visit(asList(fields['fromClause']), (item) => {
    if (item.type === 'JoinExpr') read(item.fields['quals']);
    return item.type === 'JoinExpr';
  });
}

/** Subqueries anywhere but in WITH and in the arms of UNION, which were read already. */
function readNested(fields: Fields, scope: Scope, reading: Reading): void {
  const { withClause: _with, larg: _left, rarg: _right, ...rest } = fields;
  visit(rest, (node) => {
    if (node.type !== 'SelectStmt') return true;
    readQuery(node, reading, scope);
    return false;
  });
}

function isSingleTableRead(fields: Fields): boolean {
  const from = asList(fields['fromClause']);
  return (
    from.length === 1 &&
    asNode(from[0])?.type === 'RangeVar' &&
    fields['withClause'] === undefined &&
    !contains(fields, 'SubLink')
  );
}

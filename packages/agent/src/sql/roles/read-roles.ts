import { parseTree } from '../parser.ts';
import { asFields, asList, asNode, asText, type Fields, names, type TreeNode, visit } from '../tree.ts';
import { readConditions } from './conditions.ts';
import {
  addTable,
  aliasColumns,
  aliasOf,
  type FoundColumn,
  findColumn,
  finish,
  type Names,
  type Reading,
  type Source,
} from './names.ts';
import type { NameResolver, OrderedColumn, TableOccurrence } from './types.ts';

type Columns = ReadonlyMap<string, FoundColumn | null>;

/** Views inside views that are still followed. */
const MAXIMUM_DEPTH = 16;

/**
 * Reads what a statement does with each table that it names: conditions, joins, order, grouping, columns. Views, queries in
 * FROM and WITH are looked through, so that a condition on their columns counts for the table below.
 * @param sql one statement
 * @returns one entry for each occurrence of a table; empty when the statement cannot be parsed
 */
export function readRoles(sql: string, resolver: NameResolver): readonly TableOccurrence[] {
  const root = asNode(parseTree(sql));
  if (root === null) return [];
  const reading: Reading = { resolver, occurrences: [], depth: 0 };
  readQuery(root, reading, { sources: new Map(), outer: null, ctes: new Map() });
  return finish(reading);
}

/** Reads a query and gives its output columns by name. */
function readQuery({ fields, type }: TreeNode, reading: Reading, around: Names): Columns {
  const ctes = readWith(fields, reading, around);
  const scope: Names = {
    sources: new Map(),
    outer: around.outer === null && around.sources.size === 0 ? null : around,
    ctes,
  };
  if (fields['larg'] !== undefined) return readSetOperation(fields, reading, scope);
  const target = asFields(fields['relation']);
  if (type !== 'SelectStmt' && type !== 'InsertStmt' && target['relname'] !== undefined) {
    addSource({ RangeVar: target }, reading, scope);
  }
  for (const item of [...asList(fields['fromClause']), ...asList(fields['usingClause'])])
    addSource(item, reading, scope);
  readJoins(fields['fromClause'], reading, scope);
  readConditions(fields['whereClause'], scope);
  readConditions(fields['havingClause'], scope);
  const output = readOutput(fields, scope);
  readGroup(fields, scope, output);
  readOrder(fields, scope, output);
  readWindows(fields, scope);
  referAll(fields, scope);
  readNested(fields, reading, scope);
  return output;
}

function readWith(fields: Fields, reading: Reading, around: Names): Names['ctes'] {
  const ctes = new Map(around.ctes);
  for (const item of asList(asFields(fields['withClause'])['ctes'])) {
    const cte = asFields(asNode(item)?.fields);
    const query = asNode(cte['ctequery']);
    const name = asText(cte['ctename']) ?? '';
    ctes.set(name, new Map());
    if (query === null) continue;
    const columns = readQuery(query, reading, { sources: new Map(), outer: null, ctes });
    ctes.set(
      name,
      rename(
        columns,
        asList(cte['aliascolnames']).flatMap((one) => names([one])),
      ),
    );
  }
  return ctes;
}

function readSetOperation(fields: Fields, reading: Reading, scope: Names): Columns {
  const [left, right] = [fields['larg'], fields['rarg']].map((side) =>
    readQuery({ type: 'SelectStmt', fields: asFields(side) }, reading, {
      ...scope,
      sources: new Map(),
      outer: scope.outer,
    }),
  );
  // A column of both sides is a column of no single table.
  return new Map([...(left ?? []), ...(right ?? [])].map(([name]) => [name, null]));
}

function addSource(item: unknown, reading: Reading, scope: Names): void {
  const node = asNode(item);
  if (node === null) return;
  const { fields } = node;
  switch (node.type) {
    case 'RangeVar': {
      const name = asText(fields['relname']) ?? '';
      scope.sources.set(aliasOf(fields) ?? name, relationSource(fields, reading, scope));
      return;
    }
    case 'JoinExpr':
      addSource(fields['larg'], reading, scope);
      addSource(fields['rarg'], reading, scope);
      return;
    case 'RangeSubselect': {
      const query = asNode(fields['subquery']);
      if (query === null) return;
      const outer = fields['lateral'] === true ? scope : scope.outer;
      const columns = readQuery(query, reading, { sources: new Map(), outer, ctes: scope.ctes });
      const alias = aliasOf(fields) ?? `?${scope.sources.size}`;
      scope.sources.set(alias, { kind: 'query', columns: rename(columns, aliasColumns(fields)) });
      return;
    }
    default:
      scope.sources.set(aliasOf(fields) ?? `?${scope.sources.size}`, { kind: 'unknown' });
  }
}

function relationSource(fields: Fields, reading: Reading, scope: Names): Source {
  const schema = asText(fields['schemaname']);
  const name = asText(fields['relname']) ?? '';
  const cte = schema === null ? scope.ctes.get(name) : undefined;
  if (cte !== undefined) return { kind: 'query', columns: rename(cte, aliasColumns(fields)) };
  const table = reading.resolver.table(schema, name);
  if (table !== null) return addTable(reading, table, aliasOf(fields) ?? name);
  const definition = reading.depth < MAXIMUM_DEPTH ? reading.resolver.view(schema, name) : null;
  if (definition === null) return { kind: 'unknown' };
  return { kind: 'query', columns: rename(readView(definition, reading), aliasColumns(fields)) };
}

/** Reads `create view` or the bare query of a view. */
function readView(definition: string, reading: Reading): Columns {
  const root = asNode(parseTree(definition));
  if (root === null) return new Map();
  const view = root.type === 'ViewStmt' ? asNode(root.fields['query']) : root;
  if (view === null) return new Map();
  reading.depth += 1;
  const columns = readQuery(view, reading, { sources: new Map(), outer: null, ctes: new Map() });
  reading.depth -= 1;
  return rename(
    columns,
    asList(root.fields['aliases']).flatMap((one) => names([one])),
  );
}

/** Gives columns new names by their position; those beyond keep theirs. */
function rename(columns: Columns, aliases: readonly string[]): Columns {
  return new Map([...columns].map(([name, found], index) => [aliases[index] ?? name, found]));
}

function readJoins(from: unknown, reading: Reading, scope: Names): void {
  visit(asList(from), (item) => {
    if (item.type !== 'JoinExpr') return false;
    readConditions(item.fields['quals'], scope);
    for (const name of names(item.fields['usingClause'])) joinUsing(name, scope);
    return true;
  });
  void reading;
}

/** `using (a)` joins every source that has the column. */
function joinUsing(name: string, scope: Names): void {
  for (const alias of scope.sources.keys()) {
    const found = findColumn(
      { type: 'ColumnRef', fields: { fields: [{ String: { sval: alias } }, { String: { sval: name } }] } },
      scope,
    );
    found?.occurrence.addRole(found.column, 'join');
  }
}

/** Reads the select list: what each output column is. */
function readOutput(fields: Fields, scope: Names): Columns {
  const output = new Map<string, FoundColumn | null>();
  for (const item of asList(fields['targetList'])) {
    const target = asFields(asNode(item)?.fields);
    const value = asNode(target['val']);
    const parts = value?.type === 'ColumnRef' ? asList(value.fields['fields']) : [];
    if (parts.some((part) => asNode(part)?.type === 'A_Star')) {
      for (const [name, found] of starColumns(parts, scope)) output.set(name, found);
      continue;
    }
    const name = asText(target['name']) ?? names(parts).at(-1) ?? names(value?.fields['funcname']).at(-1);
    output.set(name ?? `?column?${output.size}`, findColumn(value, scope));
  }
  return output;
}

/** Columns that `*` or `alias.*` stands for. */
function starColumns(parts: readonly unknown[], scope: Names): Columns {
  const qualifier = names(parts.slice(0, -1)).at(-1);
  const found = new Map<string, FoundColumn | null>();
  for (const [alias, source] of scope.sources) {
    if (qualifier !== undefined && alias !== qualifier) continue;
    if (source.kind === 'table') {
      for (const column of source.columns) {
        source.occurrence.refer(column);
        found.set(column, { occurrence: source.occurrence, column });
      }
    } else if (source.kind === 'query') {
      for (const [name, column] of source.columns) found.set(name, column);
    }
  }
  return found;
}

/** GROUP BY and DISTINCT; aliases and numbers mean output columns. */
function readGroup(fields: Fields, scope: Names, output: Columns): void {
  const distinct = asList(fields['distinctClause']);
  const isAll = distinct.length > 0 && distinct.every((item) => asNode(item) === null);
  const columns = isAll
    ? [...output.values()]
    : [...asList(fields['groupClause']), ...distinct].map((item) =>
        outputColumn(asNode(item), scope, output),
      );
  for (const found of columns) found?.occurrence.addGroup(found.column);
}

/** Sets the order where all its columns belong to one occurrence. */
function readOrder(fields: Fields, scope: Names, output: Columns): void {
  const items = asList(fields['sortClause']).map((item) => asFields(asNode(item)?.fields));
  const found = items.map((item) => outputColumn(asNode(item['node']), scope, output));
  const [first] = found;
  if (first === undefined || first === null) return;
  const own: OrderedColumn[] = [];
  for (const [index, one] of found.entries()) {
    if (one?.occurrence !== first.occurrence) break;
    const item = items[index] ?? {};
    const nulls = asText(item['sortby_nulls']);
    own.push({
      column: one.column,
      isDescending: item['sortby_dir'] === 'SORTBY_DESC',
      nullsFirst: nulls === 'SORTBY_NULLS_FIRST' ? true : nulls === 'SORTBY_NULLS_LAST' ? false : null,
    });
  }
  first.occurrence.setOrder(own);
}

/** A window asks for its rows by partition, then in its order: that is an order as ORDER BY asks for one. */
function readWindows(fields: Fields, scope: Names): void {
  const windows: Fields[] = asList(fields['windowClause']).map((item) => asFields(asNode(item)?.fields));
  visit(asList(fields['targetList']), (node) => {
    if (node.type === 'SelectStmt') return false;
    if (node.type === 'FuncCall' && node.fields['over'] !== undefined)
      windows.push(asFields(node.fields['over']));
    return true;
  });
  for (const window of windows) {
    const partition = asList(window['partitionClause']).map((item) => ({ SortBy: { node: item } }));
    const sortClause = [...partition, ...asList(window['orderClause'])];
    if (sortClause.length > 0) readOrder({ sortClause }, scope, new Map());
  }
}

function outputColumn(node: TreeNode | null, scope: Names, output: Columns): FoundColumn | null {
  if (node?.type === 'A_Const') {
    const position = asFields(node.fields['ival'])['ival'];
    return typeof position === 'number' ? ([...output.values()][position - 1] ?? null) : null;
  }
  const parts = node?.type === 'ColumnRef' ? names(node.fields['fields']) : [];
  const alias = parts.length === 1 ? output.get(parts[0] ?? '') : undefined;
  return alias ?? findColumn(node, scope);
}

/** Every column named anywhere in the query itself counts as needed. */
function referAll(fields: Fields, scope: Names): void {
  const { withClause: _with, larg: _left, rarg: _right, ...own } = fields;
  visit(own, (node) => {
    if (node.type === 'SelectStmt') return false;
    const found = findColumn(node, scope);
    found?.occurrence.refer(found.column);
    return true;
  });
}

/** Subqueries in expressions; those of FROM and WITH were read where they stand. */
function readNested(fields: Fields, reading: Reading, scope: Names): void {
  const { withClause: _with, larg: _left, rarg: _right, ...rest } = fields;
  visit(rest, (node) => {
    if (node.type === 'RangeSubselect') return false;
    if (node.type === 'SubLink') {
      readSubLink(node, reading, scope);
      return false;
    }
    if (node.type !== 'SelectStmt') return true;
    readQuery(node, reading, { sources: new Map(), outer: scope, ctes: scope.ctes });
    return false;
  });
}

/** `x in (select y …)` joins x and y. */
function readSubLink(node: TreeNode, reading: Reading, scope: Names): void {
  const query = asNode(node.fields['subselect']);
  if (query === null) return;
  const output = readQuery(query, reading, { sources: new Map(), outer: scope, ctes: scope.ctes });
  const test = asNode(node.fields['testexpr']);
  if (test === null || node.fields['subLinkType'] !== 'ANY_SUBLINK') return;
  const tested = findColumn(test, scope);
  tested?.occurrence.addRole(tested.column, 'join');
  const [first] = output.values();
  first?.occurrence.addRole(first.column, 'join');
  visit(test, (inner) => {
    const found = findColumn(inner, scope);
    found?.occurrence.refer(found.column);
    return true;
  });
}

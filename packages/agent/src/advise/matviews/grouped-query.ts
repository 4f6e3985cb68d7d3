import { asFields, asList, asNode, asText, contains, deparse, type Fields, names } from '../../sql/index.ts';

/** A column of an aggregate's result. */
export interface OutputColumn {
  /** Name in the stored result, each once. */
  readonly name: string;
  /** Its expression. */
  readonly value: unknown;
  /** Is one of the grouped expressions. */
  readonly isKey: boolean;
  /** Is in the statement's own result; a key that is not is stored beside it. */
  readonly isOutput: boolean;
}

/** A query that groups rows of tables. */
export interface GroupedQuery {
  readonly columns: readonly OutputColumn[];
}

/** What a stored result cannot stand for. */
const FORBIDDEN: readonly string[] = [
  'distinctClause',
  'windowClause',
  'lockingClause',
  'withClause',
  'larg',
  'valuesLists',
];

/** Reads a grouped query; null when it is more than grouped rows of joined tables. */
export function groupedQuery(query: Fields): GroupedQuery | null {
  if (FORBIDDEN.some((part) => query[part] !== undefined)) return null;
  if (!asList(query['fromClause']).every(isTables)) return null;
  if (contains(query, 'SubLink', 'GroupingSet', 'RangeFunction')) return null;
  const targets = asList(query['targetList']).map((item) => asFields(asNode(item)?.fields));
  const keys = asList(query['groupClause']).map((item) => groupedExpression(item, targets));
  if (targets.length === 0 || keys.some((key) => key === null)) return null;
  const written = keys.map((key) => deparse(key));
  const columns: OutputColumn[] = [];
  const nameOnce = (wanted: string): string => {
    for (let number = 0; ; number += 1) {
      const name = number === 0 ? wanted : `${wanted}_${number}`;
      if (!columns.some((column) => column.name === name)) return name;
    }
  };
  for (const target of targets) {
    const value = target['val'];
    if (asNode(value) === null || contains(value, 'A_Star')) return null;
    const isKey = written.includes(deparse(value));
    columns.push({ name: nameOnce(outputName(target)), value, isKey, isOutput: true });
  }
  keys.forEach((value, index) => {
    if (columns.some((column) => column.isKey && deparse(column.value) === written[index])) return;
    columns.push({ name: nameOnce(outputName({ val: value })), value, isKey: true, isOutput: false });
  });
  return columns.some((column) => column.isKey) ? { columns } : null;
}

/** GROUP BY takes an expression, the number of an output column, or its alias. */
function groupedExpression(item: unknown, targets: readonly Fields[]): unknown {
  const node = asNode(item);
  if (node === null) return null;
  if (node.type === 'A_Const') {
    const position = asFields(node.fields['ival'])['ival'];
    return typeof position === 'number' ? (targets[position - 1]?.['val'] ?? null) : null;
  }
  const parts = node.type === 'ColumnRef' ? names(node.fields['fields']) : [];
  const alias =
    parts.length === 1 ? targets.find((target) => asText(target['name']) === parts[0]) : undefined;
  const isColumn = targets.some(
    (target) => asText(target['name']) === null && deparse(target['val']) === parts[0],
  );
  return alias !== undefined && !isColumn ? alias['val'] : item;
}

/** @source PostgreSQL docs 7.3.2 "Column Labels": a column's name, a function's name, else `?column?` */
function outputName(target: Fields): string {
  const given = asText(target['name']);
  if (given !== null) return given;
  const value = asNode(target['val']);
  if (value?.type === 'ColumnRef') return names(value.fields['fields']).at(-1) ?? 'column';
  if (value?.type === 'FuncCall') return names(value.fields['funcname']).at(-1) ?? 'column';
  return 'column';
}

function isTables(item: unknown): boolean {
  const node = asNode(item);
  if (node?.type === 'RangeVar') return true;
  return node?.type === 'JoinExpr' && isTables(node.fields['larg']) && isTables(node.fields['rarg']);
}

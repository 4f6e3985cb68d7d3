import { asList, asNode, asText, type Fields, names } from '../../../sql/index.ts';
import { calledName, isStar } from './functions.ts';
import type { QueryScope } from './scope.ts';

/**
 * Gives the names of a query's output columns in their order, those that `*` stands for among them.
 * @returns null when one cannot be told
 */
export function outputNames(query: Fields, scope: QueryScope): readonly string[] | null {
  const found = asList(query['targetList']).flatMap((item): readonly (string | null)[] => {
    const { name, val: value } = asNode(item)?.fields ?? {};
    if (!isStar(value)) return [asText(name) ?? columnLabel(value)];
    const [qualifier] = names(asNode(value)?.fields['fields']);
    const sources = scope.sources.filter(({ alias }) => qualifier === undefined || qualifier === alias);
    return sources.flatMap(({ table }) => (table === null ? [null] : [...table.columns.keys()]));
  });
  const known = found.filter((name) => name !== null);
  return known.length === found.length ? known : null;
}

/**
 * Gives the name that PostgreSQL gives an output column without one; null where it is not known here.
 * @source src/backend/parser/parse_target.c, FigureColnameInternal
 */
export function columnLabel(value: unknown): string | null {
  const node = asNode(value);
  switch (node?.type) {
    case 'ColumnRef':
      return names(node.fields['fields']).at(-1) ?? null;
    case 'FuncCall':
      return calledName(node.fields);
    case 'CoalesceExpr':
      return 'coalesce';
    case 'TypeCast':
      return columnLabel(node.fields['arg']);
    case 'A_Expr':
      return '?column?';
    default:
      return null;
  }
}

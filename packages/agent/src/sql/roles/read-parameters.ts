import { parseTree } from '../parser.ts';
import { asNode, visit } from '../tree.ts';
import { readRoles } from './read-roles.ts';
import type { NameResolver, ParameterUse } from './types.ts';

/** What the parameters of a statement are for. */
export interface StatementParameters {
  /** Comparisons with columns of tables. */
  readonly uses: readonly (ParameterUse & { readonly schema: string; readonly table: string })[];
  /** Numbers of those in LIMIT. */
  readonly limits: readonly number[];
  /** Numbers of those in OFFSET. */
  readonly offsets: readonly number[];
}

/** Reads what each `$n` of a statement is compared with; empty when it cannot be parsed. */
export function readParameters(sql: string, resolver: NameResolver): StatementParameters {
  const uses = readRoles(sql, resolver).flatMap(({ schema, table, parameters }) =>
    parameters.map((use) => ({ ...use, schema, table })),
  );
  const limits: number[] = [];
  const offsets: number[] = [];
  visit(parseTree(sql), ({ type, fields }) => {
    if (type !== 'SelectStmt') return true;
    addParameter(fields['limitCount'], limits);
    addParameter(fields['limitOffset'], offsets);
    return true;
  });
  return { uses, limits, offsets };
}

function addParameter(value: unknown, numbers: number[]): void {
  const node = asNode(value);
  if (node?.type === 'ParamRef') numbers.push(Number(node.fields['number'] ?? 0));
  if (node?.type === 'TypeCast') addParameter(node.fields['arg'], numbers);
}

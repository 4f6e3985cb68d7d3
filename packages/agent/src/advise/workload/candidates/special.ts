import { btree, columnKey, type IndexDefinition, type IndexKey } from '../../../planner/index.ts';
import { isText } from './column-types.ts';
import type { Draft, DraftInputs } from './draft.ts';

/** Physical order from which a BRIN tells blocks apart. */
const BRIN_CORRELATION = 0.9;
/** Rows below which a BRIN saves nothing that a btree would not. */
const BRIN_ROWS = 100_000;

/** Makes partial, expression, GIN, trigram and BRIN indexes where a statement's conditions ask for them. */
export function specialCandidates(inputs: DraftInputs): readonly Draft[] {
  return [
    ...partials(inputs),
    ...expressions(inputs),
    ...inputs.occurrence.operators.flatMap((use) => operatorDrafts(inputs, use)),
    ...brins(inputs),
  ];
}

/** Conditions with literals recur: an index of only these rows, by the other columns of the statement. */
function partials({ occurrence, table, constraints }: DraftInputs): readonly Draft[] {
  return occurrence.literalConditions.flatMap(({ sql, columns }) => {
    const others = [...occurrence.roles]
      .filter(
        ([name, roles]) =>
          !columns.includes(name) && (roles.has('equality') || roles.has('join') || roles.has('range')),
      )
      .map(([name]) => name)
      .slice(0, constraints.maximumWidth);
    const order = occurrence.order.map(({ column }) => column).filter((name) => !columns.includes(name));
    const keys = [...new Set([...others, ...order])].slice(0, constraints.maximumWidth);
    const options = [keys, order].filter((one) => one.length > 0);
    const why = `only the rows where ${sql}`;
    return options.map((names) => ({
      definition: btree(table, names.map(columnKey), { predicate: sql }),
      why,
    }));
  });
}

function expressions({ occurrence, table }: DraftInputs): readonly Draft[] {
  return occurrence.expressions.map(({ sql }) => ({
    definition: btree(table, [expressionKey(sql)]),
    why: `${sql} is compared, not the column`,
  }));
}

function expressionKey(sql: string): IndexKey {
  return { ...columnKey(''), on: { kind: 'expression', sql } };
}

type Operator = DraftInputs['occurrence']['operators'][number];

function operatorDrafts({ table, workload }: DraftInputs, use: Operator): readonly Draft[] {
  const column = table.columns.find((one) => one.name === use.column);
  const on: IndexKey['on'] =
    use.column === null ? { kind: 'expression', sql: use.sql } : { kind: 'column', name: use.column };
  const gin = (operatorClass: string | null, why: string): Draft => ({
    definition: special(table, 'gin', { ...columnKey(''), on, operatorClass }),
    why,
  });
  switch (use.operator) {
    case '@>':
      if (column?.type === 'jsonb')
        return [gin('jsonb_path_ops', 'containment in jsonb'), gin(null, 'containment in jsonb')];
      if (column?.type.endsWith('[]') === true) return [gin(null, 'elements of an array')];
      return column === undefined ? [] : rangeDrafts(table, on);
    case '@?':
      return column?.type === 'jsonb' ? [gin('jsonb_path_ops', 'a path in jsonb')] : [];
    case '?':
    case '?|':
    case '?&':
      return column?.type === 'jsonb' ? [gin(null, 'keys of jsonb')] : [];
    case '@@':
      return [gin(null, 'full text search')];
    case '&&':
    case '<@':
      return column?.type.endsWith('[]') === true
        ? [gin(null, 'elements of an array')]
        : rangeDrafts(table, on);
    case '~~':
    case '~~*':
    case '~':
    case '~*':
      return patternDrafts({ table, workload }, use, on);
    default:
      return [];
  }
}

function rangeDrafts(table: DraftInputs['table'], on: IndexKey['on']): readonly Draft[] {
  return [
    { definition: special(table, 'gist', { ...columnKey(''), on }), why: 'overlap or containment of ranges' },
  ];
}

/** A pattern that begins with a wildcard needs trigrams; one that does not, or that is not known, can use a btree. */
function patternDrafts(
  { table, workload }: Pick<DraftInputs, 'table' | 'workload'>,
  use: Operator,
  on: IndexKey['on'],
): readonly Draft[] {
  const column = table.columns.find((one) => one.name === use.column);
  const isPrefix =
    use.operator === '~~' && use.literal?.startsWith('%') !== true && use.literal?.startsWith('_') !== true;
  const prefix: readonly Draft[] =
    isPrefix && column !== undefined && isText(column)
      ? [
          {
            definition: btree(table, [{ ...columnKey(column.name), operatorClass: 'text_pattern_ops' }]),
            why: 'a pattern that begins with its text',
          },
        ]
      : [];
  const trigrams = workload.operatorClasses.get('gin_trgm_ops');
  if (trigrams === undefined) return prefix;
  const key = { ...columnKey(''), on, operatorClass: trigrams };
  return [...prefix, { definition: special(table, 'gin', key), why: 'a pattern anywhere in the text' }];
}

function brins({ occurrence, table }: DraftInputs): readonly Draft[] {
  if (table.rows < BRIN_ROWS) return [];
  return table.columns
    .filter((column) => occurrence.roles.get(column.name)?.has('range') === true)
    .filter((column) => Math.abs(column.correlation ?? 0) >= BRIN_CORRELATION)
    .map((column) => ({
      definition: special(table, 'brin', columnKey(column.name)),
      why: `${column.name} follows the order of the table`,
    }));
}

function special(
  table: DraftInputs['table'],
  method: IndexDefinition['method'],
  key: IndexKey,
): IndexDefinition {
  return { ...btree(table, [key]), method };
}

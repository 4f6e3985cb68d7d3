import { type Refusal, refusal } from './refusals.ts';
import { type Fields, fieldsOf, listOf, nameOf, nodeOf, textOf, visit } from './syntax-tree.ts';
import type { UsedFunction, UsedRelation, Uses } from './uses.ts';

/** Reads what a statement uses, from the tree of libpg-query. Knows no catalogue: a name is only a name. */
export function readStatement(tree: unknown): Uses {
  const relations: UsedRelation[] = [];
  const functions: UsedFunction[] = [];
  const operators: string[] = [];
  const types: string[] = [];
  const settings: (string | null)[] = [];
  const refusals: Refusal[] = [];
  visit(tree, (key, fields) => {
    refusals.push(...refusalsOf(key, fields));
    operators.push(...operatorsOf(fields));
    functions.push(...functionsOf(key, fields));
    if (key === 'RangeVar') relations.push(relationOf(fields));
    if (key === 'typeName') types.push(nameOf(fields['names']).map(quoteName).join('.'));
    if (key === 'FuncCall' && functions.at(-1)?.name === 'current_setting') settings.push(settingOf(fields));
  });
  return { relations, functions, operators, types, relationOids: [], functionOids: [], settings, refusals };
}

/** Whether a string may be read as a moment that moves, such as `today 10:00`. */
export function isMovingMoment(text: string): boolean {
  return /^[\d\s:.+-]*\b(now|today|tomorrow|yesterday)\b[\d\s:.+-]*[a-z/_]*[\d\s:.+-]*$/i.test(text);
}

/** Quotes an identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function refusalsOf(key: string, fields: Fields): readonly Refusal[] {
  switch (key) {
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      return [refusal('MODIFYING_CTE', key.replace('Stmt', '').toLowerCase())];
    case 'intoClause':
      return [refusal('SELECT_INTO', textOf(fieldsOf(fields['rel'])['relname']) ?? '')];
    case 'LockingClause':
      return [refusal('LOCKING_CLAUSE', lockOf(fields))];
    case 'RangeTableSample':
      return [refusal('TABLE_SAMPLE', nameOf(fields['method']).join('.'))];
    case 'SQLValueFunction':
      return valueFunctionRefusals((textOf(fields['op']) ?? '').replace(/^SVFOP_|_N$/g, ''));
    case 'typeName':
      return typeRefusals(nameOf(fields['names']).at(-1) ?? '');
    case 'sval': {
      const text = textOf(fields['sval']) ?? '';
      return isMovingMoment(text) ? [refusal('CLOCK_FUNCTION', `'${text}'`)] : [];
    }
    default:
      return [];
  }
}

/** `current_date` and its kin are no calls to the parser; the users among them are part of the key. */
export function valueFunctionRefusals(name: string): readonly Refusal[] {
  return /TIME|DATE/.test(name) ? [refusal('CLOCK_FUNCTION', name.toLowerCase())] : [];
}

/** A name becomes an OID by the catalogue of that moment; a `timetz` takes today's offset of its zone. */
function typeRefusals(type: string): readonly Refusal[] {
  if (type === 'timetz') return [refusal('CLOCK_FUNCTION', type)];
  return /^reg(class|proc|procedure|oper|operator|type|role|namespace|config|dictionary|collation)$/.test(
    type,
  )
    ? [refusal('SERVER_STATE', type)]
    : [];
}

function relationOf(fields: Fields): UsedRelation {
  return { schema: textOf(fields['schemaname']), name: textOf(fields['relname']) ?? '', range: fields };
}

function functionsOf(key: string, fields: Fields): readonly UsedFunction[] {
  if (key === 'FuncCall') {
    const [name = '', schema = null] = nameOf(fields['funcname']).toReversed();
    return [{ schema, name, argumentsCount: listOf(fields['args']).length, isColumn: false }];
  }
  const path =
    key === 'ColumnRef' ? fields['fields'] : key === 'A_Indirection' ? fields['indirection'] : null;
  const column = nameOf(path).at(-1);
  return column === undefined ? [] : [{ schema: null, name: column, argumentsCount: 1, isColumn: true }];
}

/** Of an expression, of a subquery's comparison, of an order. */
function operatorsOf(fields: Fields): readonly string[] {
  const { name, operName, useOp } = fields;
  return [name, operName, useOp].flatMap((operator) => nameOf(operator).at(-1) ?? []);
}

function settingOf(fields: Fields): string | null {
  const constant = nodeOf(listOf(fields['args'])[0], 'A_Const');
  return textOf(fieldsOf(constant?.['sval'])['sval']);
}

function lockOf(fields: Fields): string {
  const strength = textOf(fields['strength']) ?? '';
  return strength.replace('LCS_FOR', 'for ').toLowerCase();
}

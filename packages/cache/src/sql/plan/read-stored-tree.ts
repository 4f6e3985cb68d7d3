import { valueFunctionRefusals } from './read-statement.ts';
import { type Refusal, refusal } from './refusals.ts';
import type { Uses } from './uses.ts';

/** `SQLValueFunctionOp` of primnodes.h, in its order, which no version has changed. */
const VALUE_FUNCTIONS = [
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_TIMESTAMP',
  'LOCALTIME',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'LOCALTIMESTAMP',
  'CURRENT_ROLE',
  'CURRENT_USER',
  'USER',
  'SESSION_USER',
  'CURRENT_CATALOG',
  'CURRENT_SCHEMA',
];

/** `current_setting(text)` and `current_setting(text, boolean)`. */
const SETTING_CALL = /:funcid (?:2077|3294) [^{]*(?:\{CONST [^{}]*:constvalue \d+ \[([^\]]*)\])?/g;

/**
 * Reads what a tree uses that PostgreSQL keeps as text: a view's rule, a policy, the body of an SQL function. It holds the
 * OIDs of all that is built in too, of which `pg_depend` knows nothing. A space within a name is written with a backslash,
 * so that no name can look like a field.
 * @source PostgreSQL, src/backend/nodes/outfuncs.c
 */
export function readStoredTree(text: string): Uses {
  const refusals: Refusal[] = [];
  for (const [, index] of text.matchAll(/\{SQLVALUEFUNCTION :op (\d+)/g)) {
    refusals.push(...valueFunctionRefusals(VALUE_FUNCTIONS[Number(index)] ?? 'CURRENT_TIME'));
  }
  if (text.includes('{TABLESAMPLECLAUSE ')) refusals.push(refusal('TABLE_SAMPLE', 'tablesample'));
  if (/:rowMarks \(/.test(text)) refusals.push(refusal('LOCKING_CLAUSE', 'for update'));
  return {
    relations: [],
    functions: [],
    operators: [],
    types: [],
    relationOids: oidsOf(text, /:relid (\d+)/g),
    functionOids: oidsOf(text, /:(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)/g),
    settings: Array.from(text.matchAll(SETTING_CALL), ([, bytes]) =>
      bytes === undefined ? null : textOfDatum(bytes),
    ),
    refusals,
  };
}

function oidsOf(text: string, pattern: RegExp): readonly number[] {
  const oids = Array.from(text.matchAll(pattern), ([, oid]) => Number(oid));
  return oids.filter((oid) => oid !== 0);
}

/** The bytes of a `text` begin with their length, which takes four. */
function textOfDatum(bytes: string): string {
  const values = bytes.trim().split(/\s+/).map(Number);
  return Buffer.from(values.slice(4)).toString('utf8');
}

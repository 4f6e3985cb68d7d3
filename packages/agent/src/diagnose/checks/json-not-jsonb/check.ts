import { defineColumnTypeCheck } from '../../column-type-check.ts';
import type { Check } from '../../types.ts';

/** Finds columns that keep JSON as text. */
export const jsonNotJsonb: Check = defineColumnTypeCheck({
  name: 'json-not-jsonb',
  title: 'json instead of jsonb',
  source: 'PostgreSQL docs 8.14 "JSON Types"',
  matches: (column) => /^_?json$/.test(column.typeName),
  fault: (column) =>
    `is ${column.baseType}: parsed anew at each read, without equality and without an index on its content`,
  conversion: (name, { typeName }) => {
    const type = typeName === 'json' ? 'jsonb' : 'jsonb[]';
    return `type ${type} using ${name}::${type}`;
  },
  caution: 'the statement locks and rewrites the table; jsonb drops white space, key order and repeated keys',
});

import { defineColumnTypeCheck } from '../../column-type-check.ts';
import type { Check } from '../../types.ts';

/** Finds columns that keep JSON as text. */
export const jsonNotJsonb: Check = defineColumnTypeCheck({
  name: 'json-not-jsonb',
  title: 'json instead of jsonb',
  source: 'PostgreSQL docs 8.14 "JSON Types"',
  matches: (column) => column.typeName === 'json',
  fault: () => 'is json: parsed anew at each read, without equality and without an index on its content',
  conversion: (name) => `type jsonb using ${name}::jsonb`,
  caution: 'the statement locks and rewrites the table; jsonb drops white space, key order and repeated keys',
});

import { defineColumnTypeCheck } from '../../column-type-check.ts';
import type { Check } from '../../types.ts';

/** Finds columns that keep a moment without saying in which time zone. */
export const timestampWithoutZone: Check = defineColumnTypeCheck({
  name: 'timestamp-without-zone',
  title: 'Timestamps without time zone',
  source: 'PostgreSQL docs 8.5.1.3 "Time Stamps"; PostgreSQL wiki "Don\'t Do This"',
  matches: (column) => /^_?timestamp$/.test(column.typeName),
  fault: (column) => `is ${column.baseType}: the moment depends on who reads it`,
  // Only a session's own zone converts an array.
  conversion: (name, { typeName }) =>
    typeName === 'timestamp'
      ? `type timestamptz using ${name} at time zone 'UTC'`
      : `type timestamptz[] using ${name}::timestamptz[]`,
  caution: 'name the zone that the values were written in; the statement locks the table and may rewrite it',
});

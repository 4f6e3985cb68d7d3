import { defineColumnTypeCheck } from '../../column-type-check.ts';
import type { Check } from '../../types.ts';

/** Finds columns of type money. */
export const moneyType: Check = defineColumnTypeCheck({
  name: 'money-type',
  title: 'Columns of type money',
  source: 'PostgreSQL docs 8.2 "Monetary Types"; PostgreSQL wiki "Don\'t Do This"',
  matches: (column) => /^_?money$/.test(column.typeName),
  fault: (column) =>
    `is ${column.baseType}: its currency and decimals are those of the server setting lc_monetary`,
  conversion: (name, { typeName }) =>
    typeName === 'money'
      ? `type numeric(14, 2) using ${name}::numeric`
      : `type numeric(14, 2)[] using ${name}::numeric[]`,
  caution: 'keep the currency in a column of its own; the statement locks and rewrites the table',
});

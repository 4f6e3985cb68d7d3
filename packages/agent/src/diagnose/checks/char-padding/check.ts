import type { ColumnRow } from '../../../observe/index.ts';
import { defineColumnTypeCheck } from '../../column-type-check.ts';
import type { Check } from '../../types.ts';

/** Finds `char(n)` columns, which pad every value with blanks. */
export const charPadding: Check = defineColumnTypeCheck({
  name: 'char-padding',
  title: 'Blank-padded character columns',
  source: 'PostgreSQL docs 8.3 "Character Types"; PostgreSQL wiki "Don\'t Do This"',
  matches: (column) => /^_?bpchar$/.test(column.typeName) && lengthOf(column) > 1,
  fault: (column) =>
    `is char(${lengthOf(column)})${arrayOf(column)}: shorter values are padded with blanks that comparisons ignore`,
  conversion: (_, column) => `type varchar(${lengthOf(column)})${arrayOf(column)}`,
  caution: 'the cast drops the blanks; the statement locks and rewrites the table',
});

/** Length in characters; 0 for `bpchar` without one, which pads nothing. */
function lengthOf(column: ColumnRow): number {
  return Number(/^character\((\d+)\)/.exec(column.baseType)?.[1] ?? 0);
}

function arrayOf(column: ColumnRow): string {
  return column.typeName.startsWith('_') ? '[]' : '';
}

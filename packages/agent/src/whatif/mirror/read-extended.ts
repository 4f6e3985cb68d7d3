import {
  type ExtendedStatisticsRow,
  extendedStatisticsQuery,
  mirrorExpressionsByOwnerQuery,
  mirrorExpressionsQuery,
  mirrorExtendedByOwnerQuery,
  mirrorExtendedQuery,
} from '../../catalog/index.ts';
import { groupBy, quoteIdentifier, quoteQualified } from '../../kernel/index.ts';
import type { ExtendedStatistics } from '../types.ts';
import { gapAbout } from './gaps.ts';
import type { Reading } from './reading.ts';

/**
 * Reads extended statistics. PostgreSQL shows them to the table's owner only.
 * @param functions of the schema `pgsteward` that the owner made for reading them
 */
export async function readExtended(
  reading: Reading,
  functions: readonly string[],
): Promise<readonly ExtendedStatistics[]> {
  const objects = await reading.rows(extendedStatisticsQuery);
  if (objects.length === 0) return [];
  const has = (name: string): boolean => functions.includes(name);
  const rows = await reading.rows(
    has('extended_statistics') ? mirrorExtendedByOwnerQuery : mirrorExtendedQuery,
  );
  const expressions = await reading.rows(
    has('expression_statistics') ? mirrorExpressionsByOwnerQuery : mirrorExpressionsQuery,
  );
  const rowsOf = groupBy(rows, keyOf);
  const expressionsOf = groupBy(expressions, (row) => `${keyOf(row)}${row.isInherited}`);
  noteMissing(
    reading,
    objects.filter((object) => !rowsOf.has(keyOf(object))),
  );
  return objects.flatMap((object) =>
    (rowsOf.get(keyOf(object)) ?? []).map((row) => ({
      ...row,
      table: { schema: object.tableSchema, name: object.tableName },
      columnsByNumber: Object.fromEntries(
        object.columnNumbers.map((number, index) => [String(number), object.columnNames[index] ?? '']),
      ),
      expressions: (expressionsOf.get(`${keyOf(row)}${row.isInherited}`) ?? []).map(
        ({ schema: _schema, name: _name, isInherited: _isInherited, ...values }) => values,
      ),
    })),
  );
}

function keyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([schema, name]);
}

function noteMissing(reading: Reading, missing: readonly ExtendedStatisticsRow[]): void {
  const user = quoteIdentifier(reading.session.capabilities.user);
  const hidden = missing.filter((object) => !object.isMember);
  const owners = [...new Set(hidden.map((object) => quoteIdentifier(object.owner)))];
  const empty = missing.filter((object) => object.isMember);
  const tables = [...new Set(empty.map((object) => quoteQualified(object.tableSchema, object.tableName)))];
  const gaps = [
    ...gapAbout('extended-hidden', hidden, (names) => ({
      reason: `the role ${user} does not see the extended statistics ${names}: PostgreSQL shows them only to the owner of the table`,
      remedy: `grant ${owners.join(', ')} to ${user}; or make pgsteward.extended_statistics(), see docs/guides/statistics-export.md`,
    })),
    ...gapAbout('extended-missing', empty, (names) => ({
      reason: `the extended statistics ${names} hold nothing yet`,
      remedy: `analyze ${tables.join(', ')};`,
    })),
  ];
  for (const gap of gaps) reading.note(gap);
}

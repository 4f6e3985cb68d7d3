import { expect, it } from 'vitest';
import { withDatabase } from '../../../../test/support/index.ts';
import { quoteIdentifier } from '../kernel/index.ts';
import { extendedStatisticsSql } from './extended-statistics-sql.ts';

it('writes statistics that PostgreSQL takes, of more columns than it may hold and names of every kind', () =>
  withDatabase(async (db) => {
    const columns = [...'abcdefgh'].map((letter) => `${letter}; "größe" ${'x'.repeat(20)}`).concat('ninth');
    const table = '😀'.repeat(15);
    await db.query(
      `create table ${quoteIdentifier(table)} (${columns.map((one) => `${quoteIdentifier(one)} int`)})`,
    );
    const sql = extendedStatisticsSql({ schema: 'public', table, columns });
    for (const step of [sql.create, sql.analyze]) await db.query(step);
    const made = await db.query('select cardinality(stxkeys::int2[]) as columns from pg_statistic_ext');
    expect(made).toEqual([{ columns: 8 }]);
    await db.query(sql.drop);
    expect(await db.query('select 1 from pg_statistic_ext')).toEqual([]);
  }));

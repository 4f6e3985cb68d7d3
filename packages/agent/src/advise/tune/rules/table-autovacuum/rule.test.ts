import { expect, it } from 'vitest';
import { type TuneCase, tuneCase } from '../../fixtures.ts';

const table = (own: object = {}, load: object = {}): TuneCase => ({
  tables: [
    {
      name: 'orders',
      estimatedRows: 2e7,
      liveRows: 2e7,
      deadRows: 0,
      xidAge: 1_000,
      insertedRows: 0,
      ...own,
    },
  ],
  workload: {
    tables: [
      { schema: 'public', name: 'orders', insertedRows: 0, changedRows: 1e7, deadRowsMost: 3e6, ...load },
    ],
  },
});
const proposed = (given: TuneCase) =>
  tuneCase(given).recommendations.find(({ kind }) => kind === 'set-autovacuum')?.do;

it('gives a large table that fills up with dead rows a scale factor of its own', () => {
  expect(proposed(table())).toEqual([
    'alter table "public"."orders" set (autovacuum_vacuum_scale_factor = 0.005);',
  ]);
});

it('puts back what stood there', () => {
  const own = table({ options: ['autovacuum_vacuum_scale_factor=0.3'] });
  expect(tuneCase(own).recommendations.at(-1)?.undo).toEqual([
    'alter table "public"."orders" set (autovacuum_vacuum_scale_factor = 0.3);',
  ]);
});

it('leaves alone what is small, has few dead rows, comes in time, or is switched off', () => {
  expect(proposed(table({ estimatedRows: 1e5, liveRows: 1e5 }))).toBeUndefined();
  expect(proposed(table({}, { deadRowsMost: 1_000 }))).toBeUndefined();
  expect(proposed(table({ options: ['autovacuum_vacuum_scale_factor=0.005'] }))).toBeUndefined();
  expect(proposed(table({ options: ['autovacuum_enabled=false'] }))).toBeUndefined();
});

it('spreads the freezing of a table that is only appended to', () => {
  const appended = { insertedRows: 1e7, changedRows: 0, deadRowsMost: 0 };
  expect(proposed(table({ xidAge: 120_000_000 }, appended))).toEqual([
    'alter table "public"."orders" set (autovacuum_vacuum_insert_scale_factor = 0.005);',
  ]);
  expect(proposed(table({ xidAge: 20_000_000 }, appended))).toBeUndefined();
});

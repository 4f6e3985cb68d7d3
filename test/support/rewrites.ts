import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRewrites } from '../../packages/agent/src/advise/rewrites/engine.ts';
import type { RewriteSchema } from '../../packages/agent/src/advise/rewrites/query/schema.ts';
import { readRewriteSchema } from '../../packages/agent/src/advise/rewrites/read-schema.ts';
import type { ReadLoop, Rewrite, RewriteRule } from '../../packages/agent/src/advise/rewrites/types.ts';
import { OBSERVE_SETTINGS } from '../../packages/agent/src/observe/index.ts';
import { loadParser } from '../../packages/agent/src/sql/index.ts';
import { observe, settingsWith } from './check.ts';
import { availableMajors, createDatabase, type TestDatabase } from './database.ts';

/** Tables of rewrite tests: NOT NULL and not, keys and none, every type that a rule looks at, names that hurt. */
const TABLES = `
create table users (id int primary key, name text, email varchar(50) not null, kind int not null, code char(6));
create table orders (
  id int generated always as identity primary key, user_id int, buyer int not null, amount numeric(10, 2),
  quantity int4, big int8, small int2, note text, uid uuid,
  placed_at timestamp, seen_at timestamptz, due date, tag varchar(20) not null
);
create table bans (user_id int, reason text);
create table "Odd ""Table" (id int not null, "Select" int, "a;b" text, primary key (id));
create index on orders (user_id); create index on orders (placed_at);`;

/** A database for rewrites, with the schema as pgsteward reads it. */
export interface RewriteDatabase {
  readonly db: TestDatabase;
  /** Fills the tables anew: few values, many NULLs and duplicates. The same seed gives the same rows. */
  fill(seed: number): Promise<void>;
  /** Finds the rewrites of one rule. */
  rewrites(rule: RewriteRule, sql: string, loop?: ReadLoop): readonly Rewrite[];
  /** Asserts that a statement has one rewrite, and that it gives the same rows, duplicates counted. */
  expectSame(rule: RewriteRule, sql: string, values?: readonly unknown[]): Promise<Rewrite>;
}

/** Creates the tables on a server of a major version. */
export async function openRewriteDatabase(major = 18): Promise<RewriteDatabase> {
  await loadParser();
  const db = await createDatabase(major);
  await db.query(TABLES);
  await fill(db, 1);
  await db.query('analyze');
  const schema = await readSchema(db);
  const find: RewriteDatabase['rewrites'] = (rule, sql, loop) =>
    findRewrites([rule], sql, { schema, loop: loop ?? null });
  return {
    db,
    fill: (seed) => fill(db, seed),
    rewrites: find,
    async expectSame(rule, sql, values = []) {
      const [rewrite, ...others] = find(rule, sql);
      expect(others, sql).toEqual([]);
      if (rewrite === undefined) throw new Error(`${rule.id} does not rewrite: ${sql}`);
      const [before, after] = [await rowsOf(db, sql, values), await rowsOf(db, rewrite.sql, values)];
      expect(after, `${sql}\n→\n${rewrite.sql}`).toEqual(before);
      return rewrite;
    },
  };
}

/** Reads the schema of a database as rewriting sees it. */
async function readSchema(db: TestDatabase): Promise<RewriteSchema> {
  const settings = settingsWith(Object.values(OBSERVE_SETTINGS), {});
  return readRewriteSchema((await observe(db.url, settings)).snapshot);
}

/** Rows as texts, sorted: duplicates count, their order does not. */
async function rowsOf(db: TestDatabase, sql: string, values: readonly unknown[]): Promise<readonly string[]> {
  const rows = await db.query<{ readonly row: string }>(`select r::text as row from (${sql}) r`, values);
  return rows.map(({ row }) => row).toSorted();
}

async function fill(db: TestDatabase, seed: number): Promise<void> {
  const pick = (salt: number, values: number, nulls: number): string =>
    `case when (hashint4(i * 31 + ${seed * 101 + salt}) & 1023) < ${nulls * 10.24} then null
     else abs(hashint4(i * 17 + ${seed * 57 + salt})) % ${values} end`;
  const nulls = [0, 0, 15, 40][seed % 4] ?? 0;
  const moment = (salt: number): string =>
    `timestamp '2025-12-29' + (${pick(salt, 1_200, 10)}) * interval '97 minutes'`;
  await db.query('truncate users, orders, bans, "Odd ""Table" restart identity');
  await db.query(`insert into users select i, 'n' || (${pick(1, 4, 20)}), 'e' || i % 5, i % 3, 'c' || (${pick(2, 4, 20)})
    from generate_series(0, ${seed % 5 === 4 ? 0 : 12}) i`);
  await db.query(`insert into orders (user_id, buyer, amount, quantity, big, small, note, uid, placed_at, seen_at, due, tag)
    select ${pick(3, 9, 20)}, ${pick(4, 9, 0)}, (${pick(5, 5, 20)}) / 2.0, ${pick(6, 8, 10)}, ${pick(7, 8, 10)}, ${pick(8, 8, 10)},
      'n' || (${pick(9, 3, 20)}), md5((${pick(10, 5, 10)})::text)::uuid, ${moment(11)}, (${moment(12)})::timestamptz,
      (${moment(13)})::date, 't' || i % 4
    from generate_series(1, 60) i`);
  await db.query(`insert into bans select ${pick(14, 9, nulls)}, 'r' || (${pick(15, 3, 10)})
    from generate_series(1, ${seed % 3 === 2 ? 0 : 6}) i`);
  await db.query(
    `insert into "Odd ""Table" select i, ${pick(16, 5, 20)}, 'x' || (${pick(17, 3, 20)}) from generate_series(1, 9) i`,
  );
}

/** A statement, and the values of its parameters to try it with. */
export type RewriteCase = readonly [sql: string, ...values: readonly (readonly unknown[])[]];

/** What a rule is tested with. */
export interface RewriteCases {
  /** Rewritten, with the same rows on any data. */
  readonly same: readonly RewriteCase[];
  /** Left alone; by the reason. */
  readonly none: Readonly<Record<string, string>>;
  /** Run before the statements: `set timezone = …`. */
  readonly settings?: readonly string[];
}

const RUNS = 6;

/**
 * Tests a rule on every major version: each statement is rewritten and run beside the original on random rows with NULLs and
 * duplicates.
 */
export function describeRewrite(rule: RewriteRule, cases: RewriteCases): void {
  describe.each(availableMajors())(`${rule.id} on PostgreSQL %i`, (major) => {
    let database: RewriteDatabase;
    beforeAll(async () => {
      database = await openRewriteDatabase(major);
    });
    afterAll(() => database.db.close());

    it('gives the same rows, duplicates counted, on random data', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(10_000),
          fc.constantFrom(...(cases.settings ?? ['set timezone = utc'])),
          async (seed, setting) => {
            await database.db.query(setting);
            await database.fill(seed);
            for (const [sql, ...values] of cases.same) {
              for (const one of values.length === 0 ? [[]] : values)
                await database.expectSame(rule, sql, one);
            }
          },
        ),
        { numRuns: RUNS },
      );
    });

    it.each(Object.entries(cases.none))('leaves %s alone', (_why, sql) => {
      expect(database.rewrites(rule, sql).map((one) => one.sql)).toEqual([]);
    });
  });
}

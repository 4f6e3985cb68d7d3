import { failure } from '../kernel/index.ts';
import type { OwnDatabase } from '../postgres/index.ts';
import { STORE_ERRORS } from './errors.ts';
import { migrations } from './migrations/registry.ts';
import { SCHEMA } from './schema.ts';

/**
 * Brings the store's schema up to date, each step in one transaction; agents that start together wait for one
 * another.
 * @returns the number of steps that were taken
 * @throws STORE.TOO_NEW when a newer pgsteward made the store
 */
export async function migrate(database: OwnDatabase): Promise<number> {
  return database.transaction(async (connection) => {
    await connection.run('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['pgsteward migrations']);
    await connection.run(`create schema if not exists ${SCHEMA}`);
    await connection.run(`set local search_path = ${SCHEMA}`);
    await connection.run(
      'create table if not exists migration (number integer primary key, name text not null, taken_at timestamptz not null default now())',
    );
    const rows = await connection.run('select coalesce(max(number), 0) as number from migration');
    const found = Number(rows[0]?.['number'] ?? 0);
    const known = migrations.at(-1)?.number ?? 0;
    if (found > known) throw failure(STORE_ERRORS.TOO_NEW, { found, known });
    const due = migrations.filter((migration) => migration.number > found);
    for (const { number, name, sql } of due) {
      await connection.run(sql);
      await connection.run('insert into migration (number, name) values ($1, $2)', [number, name]);
    }
    return due.length;
  });
}

import { join } from 'node:path';
import { quoteQualified } from '../../kernel/index.ts';
import type { HypotheticalTable, TableQuery } from '../../planner/index.ts';
import type { Shadow } from './open-shadow.ts';
import { setLength } from './relation-files.ts';

/** Bytes of a tuple's header and line pointer. @source PostgreSQL docs 73.6 "Database Page Layout" */
const TUPLE_BYTES = 28;
const PAGE_ROOM_BYTES = 8_168;

/**
 * Makes the table that a query would fill, empty, and tells the planner the rows and the width that it expects of the query.
 * @returns null when PostgreSQL refuses the query
 */
export async function supposeTable(shadow: Shadow, query: TableQuery): Promise<HypotheticalTable | null> {
  const name = quoteQualified(query.schema, query.name);
  try {
    const { rows } = await shadow.planner.run<{ 'QUERY PLAN': readonly { Plan: Estimate }[] }>(
      `explain (format json) ${query.sql}`,
    );
    const estimate = rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (estimate === undefined) return null;
    await shadow.builder.run(`create table ${name} as ${query.sql} with no data`);
    const count = Math.max(1, estimate['Plan Rows']);
    const pages = Math.max(1, Math.ceil((count * (estimate['Plan Width'] + TUPLE_BYTES)) / PAGE_ROOM_BYTES));
    const made = await shadow.owner.run<{ path: string }>(
      `select pg_catalog.pg_relation_filepath(pg_catalog.to_regclass($1)) as path`,
      [name],
    );
    setLength(join(shadow.dataDirectory, made.rows[0]?.path ?? ''), pages);
    await shadow.owner.run(
      `update pg_catalog.pg_class set relpages = ${pages}, reltuples = ${count}, relallvisible = ${pages}
       where oid = pg_catalog.to_regclass($1)`,
      [name],
    );
    return {
      schema: query.schema,
      name: query.name,
      rows: count,
      sizeBytes: pages * 8_192,
      refreshCost: estimate['Total Cost'],
    };
  } catch {
    return null;
  }
}

interface Estimate {
  readonly 'Plan Rows': number;
  readonly 'Plan Width': number;
  readonly 'Total Cost': number;
}

/** Drops it. */
export async function forgetSupposedTable(shadow: Shadow, table: HypotheticalTable): Promise<void> {
  await shadow.owner.run(`drop table if exists ${quoteQualified(table.schema, table.name)}`);
}

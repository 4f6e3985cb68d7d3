import { quoteIdentifier } from '../kernel/index.ts';
import type { OwnConnection } from '../postgres/index.ts';
import { periodBegin, periodEnd } from './resolutions.ts';
import { SCHEMA } from './schema.ts';

/** Every partitioned table with the period of its partitions. */
const PARTITIONED: Readonly<Record<string, 'day' | 'month'>> = {
  block_1h: 'month',
  block_6h: 'month',
  chunk_raw: 'day',
  chunk_1m: 'day',
  chunk_5m: 'day',
  chunk_1h: 'month',
};

/**
 * Makes the partition of a table that an instant falls into, unless it is there or the table has none. Making one locks
 * the whole table: to be called before a transaction that writes to it, for two that did so inside would wait for each
 * other.
 */
export async function ensurePartition(connection: OwnConnection, table: string, atMs: number): Promise<void> {
  const unit = PARTITIONED[table];
  if (unit === undefined) return;
  const begin = periodBegin(unit, atMs);
  const name = quoteIdentifier(partitionName(table, unit, begin));
  const found = await connection.run('select to_regclass($1) is not null as "isThere"', [
    `${SCHEMA}.${name}`,
  ]);
  if (found[0]?.['isThere'] === true) return;
  const bounds = [begin, periodEnd(unit, atMs)].map((ms) => `'${new Date(ms).toISOString()}'`);
  await connection.transaction(async (inside) => {
    // Two that make the same one at once: `if not exists` looks before it waits.
    await inside.run("select pg_advisory_xact_lock(hashtextextended('pgsteward partitions', 0))");
    await inside.run(
      `create table if not exists ${SCHEMA}.${name} partition of ${SCHEMA}.${table} for values from (${bounds[0]}) to (${bounds[1]})`,
    );
  });
}

/**
 * Drops the partitions that end before an instant.
 * @param beforeMs by table
 * @returns their names
 */
export async function dropPartitions(
  connection: OwnConnection,
  beforeMs: Readonly<Record<string, number>>,
): Promise<readonly string[]> {
  const rows = await connection.run(
    `select p.relname::text as table, c.relname::text as name
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    join pg_catalog.pg_class p on p.oid = i.inhparent
    where p.relnamespace = $1::regnamespace
    order by 2`,
    [SCHEMA],
  );
  const dropped: string[] = [];
  for (const row of rows) {
    const table = String(row['table']);
    const name = String(row['name']);
    const unit = PARTITIONED[table];
    const begin = beginOfName(name);
    if (unit === undefined || begin === null) continue;
    if (periodEnd(unit, begin) > (beforeMs[table] ?? Number.NEGATIVE_INFINITY)) continue;
    await connection.run(`drop table ${SCHEMA}.${quoteIdentifier(name)}`);
    dropped.push(name);
  }
  return dropped;
}

function partitionName(table: string, unit: 'day' | 'month', begin: number): string {
  const digits = new Date(begin).toISOString().slice(0, unit === 'day' ? 10 : 7);
  return `${table}_${digits.replaceAll('-', '')}`;
}

function beginOfName(name: string): number | null {
  const match = /_(\d{4})(\d{2})(\d{2})?$/.exec(name);
  return match === null ? null : Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3] ?? '1'));
}

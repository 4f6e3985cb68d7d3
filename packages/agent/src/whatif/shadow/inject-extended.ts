import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../kernel/index.ts';
import type { ExtendedStatistics, Mirror, MirrorGap } from '../types.ts';
import type { ShadowConnection } from './connection.ts';

/** @source src/include/statistics/statistics.h */
const DISTINCT_MAGIC = 0xa352bfa4;
const DEPENDENCIES_MAGIC = 0xb4549a2c;

interface Target {
  readonly oid: number;
  readonly numbers: Readonly<Record<string, number>>;
}

/**
 * Writes extended statistics in the form that the server keeps them in: there is no function for it. MCV lists are made by ANALYZE of a
 * small table, and their frequencies put right.
 */
export async function injectExtended(
  connection: ShadowConnection,
  mirror: Mirror,
): Promise<readonly MirrorGap[]> {
  if (mirror.extended.length === 0) return [];
  for (const type of ['pg_ndistinct', 'pg_dependencies', 'pg_mcv_list']) {
    await connection.run(
      `do $$ begin create cast (bytea as ${type}) without function; exception when duplicate_object then null; end $$`,
    );
  }
  const gaps: MirrorGap[] = [];
  for (const one of mirror.extended) {
    try {
      await injectOne(connection, one, mirror.server.versionNumber);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      gaps.push({
        id: 'whatif/extended-statistics',
        reason: `extended statistics ${one.schema}.${one.name} could not be mirrored: ${reason}`,
        remedy: 'plans of conditions on its columns are made without it',
        subject: one.table,
      });
    }
  }
  return gaps;
}

async function injectOne(
  connection: ShadowConnection,
  one: ExtendedStatistics,
  versionNumber: number,
): Promise<void> {
  const { rows } = await connection.run<Target>(
    `select x.oid::int as "oid", (select jsonb_object_agg(a.attname, a.attnum) from pg_catalog.pg_attribute a
       where a.attrelid = x.stxrelid and a.attnum > 0 and not a.attisdropped) as "numbers"
     from pg_catalog.pg_statistic_ext x join pg_catalog.pg_namespace n on n.oid = x.stxnamespace
     where n.nspname = $1 and x.stxname = $2`,
    [one.schema, one.name],
  );
  const [target] = rows;
  if (target === undefined) return;
  const numberOf = (own: string): number =>
    Number(own) < 0 ? Number(own) : (target.numbers[one.columnsByNumber[own.trim()] ?? ''] ?? 0);
  const distinct = one.distinct === null ? null : encodeDistinct(one.distinct, numberOf);
  const dependencies = one.dependencies === null ? null : encodeDependencies(one.dependencies, numberOf);
  const common = await buildCommon(connection, one);
  await connection.run('delete from pg_catalog.pg_statistic_ext_data where stxoid = $1', [target.oid]);
  const inherit = versionNumber >= 150_000;
  await connection.run(
    `insert into pg_catalog.pg_statistic_ext_data (stxoid${inherit ? ', stxdinherit' : ''}, stxdndistinct, stxddependencies, stxdmcv)
     values (${target.oid}${inherit ? `, ${one.isInherited}` : ''}, $1::bytea::pg_ndistinct, $2::bytea::pg_dependencies, $3::bytea::pg_mcv_list)`,
    [distinct, dependencies, common],
  );
}

/** Text such as `{"2, 3": 120}`. */
function encodeDistinct(text: string, numberOf: (own: string) => number): Buffer {
  const items = Object.entries(JSON.parse(text) as Record<string, number>);
  const parts = [uint32(DISTINCT_MAGIC), uint32(1), uint32(items.length)];
  for (const [key, count] of items) {
    const columns = key.split(',').map(numberOf);
    parts.push(float64(count), uint32(columns.length), ...columns.map(int16));
  }
  return Buffer.concat(parts);
}

/** Text such as `{"2 => 3": 0.98}`. */
function encodeDependencies(text: string, numberOf: (own: string) => number): Buffer {
  const items = Object.entries(JSON.parse(text) as Record<string, number>);
  const parts = [uint32(DEPENDENCIES_MAGIC), uint32(1), uint32(items.length)];
  for (const [key, degree] of items) {
    const columns = key
      .split('=>')
      .flatMap((side) => side.split(','))
      .map(numberOf);
    parts.push(float64(degree), int16(columns.length), ...columns.map(int16));
  }
  return Buffer.concat(parts);
}

/** Builds the list with the right values by ANALYZE, then overwrites its frequencies; null when there is none. */
async function buildCommon(connection: ShadowConnection, one: ExtendedStatistics): Promise<Buffer | null> {
  const { commonValues, commonFrequencies, commonBaseFrequencies } = one;
  if (commonValues === null || commonFrequencies === null || commonBaseFrequencies === null) return null;
  const numbers = Object.keys(one.columnsByNumber)
    .map(Number)
    .toSorted((a, b) => a - b);
  const columns = numbers.map((number) => one.columnsByNumber[String(number)] ?? '');
  if (columns.length === 0 || columns.length * commonFrequencies.length === 0) return null;
  const { rows: flat } = await connection.run<{ v: string | null }>(
    `select v from unnest(${quoteLiteral(commonValues)}::text[]) with ordinality u (v, o) order by o`,
  );
  const count = commonFrequencies.length;
  const values = Array.from({ length: count }, (_, item) =>
    columns.map((_, column) => flat[item * columns.length + column]?.v ?? null),
  );
  return await listFrom(connection, one, { columns, values });
}

const HELPER = 'pg_temp.pgsteward_common';

async function listFrom(
  connection: ShadowConnection,
  one: ExtendedStatistics,
  {
    columns,
    values,
  }: { readonly columns: readonly string[]; readonly values: readonly (readonly (string | null)[])[] },
): Promise<Buffer | null> {
  const names = columns.map(quoteIdentifier).join(', ');
  const table = quoteQualified(one.table.schema, one.table.name);
  await connection.run(
    `drop table if exists ${HELPER}; create temp table pgsteward_common as select ${names} from ${table} where false`,
  );
  const { rows: types } = await connection.run<{ type: string }>(
    `select pg_catalog.format_type(atttypid, atttypmod) as type from pg_catalog.pg_attribute
     where attrelid = '${HELPER}'::regclass and attnum > 0 order by attnum`,
  );
  const literal = (value: string | null, column: number): string =>
    value === null ? 'null' : `${quoteLiteral(value)}::${types[column]?.type ?? 'text'}`;
  // More copies of the first ones, so that the order by frequency is kept; no value only once.
  const inserts = values.map(
    (row, index) =>
      `insert into ${HELPER} select ${row.map(literal).join(', ')} from generate_series(1, ${2 + values.length - index})`,
  );
  await connection.run(inserts.join('; '));
  await connection.run(
    `drop statistics if exists pg_temp.pgsteward_list; create statistics pg_temp.pgsteward_list (mcv) on ${names} from ${HELPER}`,
  );
  await connection.run(
    `set default_statistics_target = 10000; analyze ${HELPER}; reset default_statistics_target`,
  );
  const { rows } = await connection.run<{ list: Buffer | null; items: readonly McvItem[] | null }>(
    `select d.stxdmcv::bytea as list, (select jsonb_agg(i) from pg_catalog.pg_mcv_list_items(d.stxdmcv) i) as items
     from pg_catalog.pg_statistic_ext_data d join pg_catalog.pg_statistic_ext x on x.oid = d.stxoid where x.stxname = 'pgsteward_list'`,
  );
  const [made] = rows;
  await connection.run(`drop table ${HELPER}`);
  return made?.list == null || made.items === null ? null : putRight(made.list, made.items, one, values);
}

interface McvItem {
  readonly index: number;
  readonly values: readonly (string | null)[];
  readonly frequency: number;
}

/** Items lie at the end of the list, each with its null flags, two frequencies and one index per column. */
function putRight(
  list: Buffer,
  items: readonly McvItem[],
  one: ExtendedStatistics,
  values: readonly (readonly (string | null)[])[],
): Buffer | null {
  const width = values[0]?.length ?? 0;
  const itemBytes = width + 16 + 2 * width;
  const start = list.length - items.length * itemBytes;
  const wanted = new Map(values.map((row, index) => [JSON.stringify(row), index]));
  for (const [index, item] of items.entries()) {
    const at = start + index * itemBytes + width;
    const source = wanted.get(JSON.stringify(item.values));
    if (source === undefined || Math.abs(list.readDoubleLE(at) - item.frequency) > 1e-9) return null;
    list.writeDoubleLE(one.commonFrequencies?.[source] ?? 0, at);
    list.writeDoubleLE(one.commonBaseFrequencies?.[source] ?? 0, at + 8);
  }
  return list;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16LE(value);
  return buffer;
}

function float64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return buffer;
}

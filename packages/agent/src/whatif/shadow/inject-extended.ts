import type { ExtendedStatistics, Mirror, MirrorGap } from '../types.ts';
import type { ShadowConnection } from './connection.ts';
import { buildCommonValues } from './extended-common-values.ts';
import { type Dimension, readDimensions } from './extended-dimensions.ts';
import { loadOperators, type Operators, rowSql } from './inject-statistics.ts';

/** @source src/include/statistics/statistics.h */
const DISTINCT_MAGIC = 0xa352bfa4;
const DEPENDENCIES_MAGIC = 0xb4549a2c;

type AllOperators = ReadonlyMap<number, Operators>;

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
  const operators = await loadOperators(connection);
  await connection.run('set allow_system_table_mods = on');
  for (const one of mirror.extended) {
    try {
      await injectOne(connection, one, { operators, versionNumber: mirror.server.versionNumber });
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
  { operators, versionNumber }: { readonly operators: AllOperators; readonly versionNumber: number },
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
  const dimensions = await readDimensions(connection, one, target.oid);
  const common = await buildCommonValues(connection, one, dimensions);
  const expressions = expressionsSql(one, dimensions, operators);
  await connection.run('delete from pg_catalog.pg_statistic_ext_data where stxoid = $1', [target.oid]);
  const inherit = versionNumber >= 150_000;
  await connection.run(
    `insert into pg_catalog.pg_statistic_ext_data (stxoid${inherit ? ', stxdinherit' : ''}, stxdndistinct, stxddependencies, stxdmcv, stxdexpr)
     values (${target.oid}${inherit ? `, ${one.isInherited}` : ''}, $1::bytea::pg_ndistinct, $2::bytea::pg_dependencies, $3::bytea::pg_mcv_list, ${expressions})`,
    [distinct, dependencies, common],
  );
}

/** Statistics of the expressions, as rows of `pg_statistic` that belong to no table. @source src/backend/statistics/extended_stats.c serialize_expr_stats */
function expressionsSql(
  one: ExtendedStatistics,
  dimensions: readonly Dimension[],
  operators: AllOperators,
): string {
  const own = dimensions.filter((dimension) => dimension.expression !== null);
  if (one.expressions.length === 0 || own.length !== one.expressions.length) return 'null';
  const rows = own.map(({ expression, type, modifier, collation }, index) => {
    const known = operators.get(type);
    const values = one.expressions.find((other) => other.expression === expression) ?? one.expressions[index];
    if (known === undefined || values === undefined) return 'null';
    const at = { relation: 0, number: 0, type, modifier, collation };
    return rowSql({ ...values, isInherited: false }, at, known, operators);
  });
  return `array[${rows.join(', ')}]::pg_catalog.pg_statistic[]`;
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

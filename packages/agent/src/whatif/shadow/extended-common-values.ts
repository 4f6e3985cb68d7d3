import { quoteLiteral } from '../../kernel/index.ts';
import type { ExtendedStatistics } from '../types.ts';
import type { ShadowConnection } from './connection.ts';
import type { Dimension } from './extended-dimensions.ts';

/** Builds the list with the right values by ANALYZE, then overwrites its frequencies; null when there is none. */
export async function buildCommonValues(
  connection: ShadowConnection,
  one: ExtendedStatistics,
  dimensions: readonly Dimension[],
): Promise<Buffer | null> {
  const { commonValues, commonFrequencies, commonBaseFrequencies } = one;
  if (commonValues === null || commonFrequencies === null || commonBaseFrequencies === null) return null;
  if (dimensions.length === 0 || commonFrequencies.length === 0) return null;
  const { rows: flat } = await connection.run<{ v: string | null }>(
    `select v from unnest(${quoteLiteral(commonValues)}::text[]) with ordinality u (v, o) order by o`,
  );
  const count = commonFrequencies.length;
  const values = Array.from({ length: count }, (_, item) =>
    dimensions.map((_, column) => flat[item * dimensions.length + column]?.v ?? null),
  );
  return await listFrom(connection, one, { dimensions, values });
}

const HELPER = 'pg_temp.pgsteward_common';

async function listFrom(
  connection: ShadowConnection,
  one: ExtendedStatistics,
  {
    dimensions,
    values,
  }: {
    readonly dimensions: readonly Dimension[];
    readonly values: readonly (readonly (string | null)[])[];
  },
): Promise<Buffer | null> {
  const names = dimensions.map((_, index) => `d${index}`).join(', ');
  const columns = dimensions.map(({ typeName }, index) => `d${index} ${typeName}`).join(', ');
  await connection.run(`drop table if exists ${HELPER}; create temp table pgsteward_common (${columns})`);
  const literal = (value: string | null, column: number): string =>
    value === null ? 'null' : `${quoteLiteral(value)}::${dimensions[column]?.typeName ?? 'text'}`;
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

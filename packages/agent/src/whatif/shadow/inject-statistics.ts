import { quoteLiteral } from '../../kernel/index.ts';
import type { ColumnStatistics, Mirror, MirrorGap } from '../types.ts';
import type { ShadowConnection } from './connection.ts';

/** Statements sent as one. */
const BATCH = 200;

/** Relations updated by one statement. */
const RELATIONS = 1_000;

/** A column as the shadow has it. */
interface Attribute extends StatisticPlace {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** Where statistics are attached: a column of a table, or of an index on an expression. */
export interface StatisticPlace {
  readonly relation: number;
  readonly number: number;
  readonly type: number;
  readonly modifier: number;
  readonly collation: number;
}

/** Operators that the statistics of a type name. */
export interface Operators {
  readonly type: number;
  /** The type below a domain. */
  readonly base: number;
  readonly element: number;
  readonly kind: string;
  readonly less: number | null;
  readonly equal: number | null;
}

const TSVECTOR = 3_614;
const TEXT = 25;
const TEXT_EQUAL = 98;
const DEFAULT_COLLATION = 100;
const FLOAT8 = 701;
const FLOAT8_LESS = 672;

const ATTRIBUTES = `
select n.nspname::text as "schema", c.relname::text as "table", a.attname::text as "column", c.oid::int as "relation",
  a.attnum::int as "number", a.atttypid::int as "type", a.atttypmod as "modifier", a.attcollation::int as "collation"
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where a.attnum > 0 and not a.attisdropped and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;

/** @source src/backend/utils/cache/typcache.c, lookup_type_cache; src/backend/commands/analyze.c, std_typanalyze */
const OPERATORS = `
with recursive domains(oid, base) as (
  select oid, oid from pg_catalog.pg_type
  union all
  select d.oid, t.typbasetype from domains d join pg_catalog.pg_type t on t.oid = d.base where t.typtype = 'd'
), types as (
  select d.oid, d.base from domains d join pg_catalog.pg_type t on t.oid = d.base where t.typtype <> 'd'
)
select y.oid::int as "type", y.base::int as "base", t.typelem::int as "element", t.typtype::text as "kind",
  (select o.amopopr::int from pg_catalog.pg_opclass c join pg_catalog.pg_amop o on o.amopfamily = c.opcfamily
    and o.amoplefttype = c.opcintype and o.amoprighttype = c.opcintype and o.amopstrategy = 1
   where c.opcmethod = 403 and c.opcdefault and c.opcintype = k.k limit 1) as "less",
  coalesce(
    (select o.amopopr::int from pg_catalog.pg_opclass c join pg_catalog.pg_amop o on o.amopfamily = c.opcfamily
      and o.amoplefttype = c.opcintype and o.amoprighttype = c.opcintype and o.amopstrategy = 3
     where c.opcmethod = 403 and c.opcdefault and c.opcintype = k.k limit 1),
    (select o.amopopr::int from pg_catalog.pg_opclass c join pg_catalog.pg_amop o on o.amopfamily = c.opcfamily
      and o.amoplefttype = c.opcintype and o.amoprighttype = c.opcintype and o.amopstrategy = 1
     where c.opcmethod = 405 and c.opcdefault and c.opcintype = k.k limit 1)) as "equal"
from types y
join pg_catalog.pg_type t on t.oid = y.base,
lateral (select case
  when exists (select from pg_catalog.pg_opclass where opcmethod = 403 and opcdefault and opcintype = t.oid) then t.oid
  when t.typtype = 'e' then 3500 when t.typtype = 'r' then 3831 when t.typtype = 'm' then 4537
  when t.typcategory = 'A' then 2277 when t.typtype = 'c' then 2249
  when t.oid = 1043 then 25 when t.oid = 650 then 869 else t.oid end k) k`;

/** Sets pages and rows as the target's catalogue has them. */
export async function injectRelations(connection: ShadowConnection, mirror: Mirror): Promise<void> {
  for (let begin = 0; begin < mirror.relations.length; begin += RELATIONS) {
    const rows = mirror.relations.slice(begin, begin + RELATIONS).map((one) => {
      const numbers = [one.pages, one.rows, one.allVisiblePages, one.allFrozenPages ?? 0].join(', ');
      return `(${quoteLiteral(one.schema)}, ${quoteLiteral(one.name)}, ${numbers})`;
    });
    const frozen = mirror.server.versionNumber >= 180_000 ? ', relallfrozen = v.f' : '';
    await connection.run(`update pg_catalog.pg_class c set relpages = v.p, reltuples = v.t::real, relallvisible = v.v${frozen}
      from (values ${rows.join(', ')}) v (s, n, p, t, v, f), pg_catalog.pg_namespace n
      where n.nspname = v.s and c.relnamespace = n.oid and c.relname = v.n`);
  }
}

/** Writes column statistics as ANALYZE would have. Values that the shadow's types refuse leave their column without. */
export async function injectColumns(
  connection: ShadowConnection,
  mirror: Mirror,
): Promise<readonly MirrorGap[]> {
  const attributes = new Map(
    (await connection.run<Attribute>(ATTRIBUTES)).rows.map((row) => [
      keyOf(row.schema, row.table, row.column),
      row,
    ]),
  );
  const operators = await loadOperators(connection);
  await connection.run('set allow_system_table_mods = on');
  const statements = mirror.columns.flatMap((one) => {
    const attribute = attributes.get(keyOf(one.schema, one.table, one.column));
    const known = attribute === undefined ? undefined : operators.get(attribute.type);
    return attribute === undefined || known === undefined
      ? []
      : [statisticSql(one, attribute, known, operators)];
  });
  const refused: string[] = [];
  for (let begin = 0; begin < statements.length; begin += BATCH) {
    const batch = statements.slice(begin, begin + BATCH);
    const isDone = await connection.run(batch.join(';\n')).then(
      () => true,
      () => false,
    );
    if (isDone) continue;
    const results = await Promise.allSettled(batch.map((sql) => connection.run(sql)));
    for (const result of results) if (result.status === 'rejected') refused.push(String(result.reason));
  }
  if (refused.length === 0) return [];
  return [
    {
      id: 'whatif/column-statistics',
      reason: `the statistics of ${refused.length} columns could not be mirrored: ${refused[0] ?? ''}`,
      remedy: 'plans of conditions on these columns are made without statistics',
      subject: null,
    },
  ];
}

/** Reads the operators of all types, by type. */
export async function loadOperators(connection: ShadowConnection): Promise<ReadonlyMap<number, Operators>> {
  return new Map((await connection.run<Operators>(OPERATORS)).rows.map((row) => [row.type, row]));
}

function keyOf(schema: string, table: string, column: string): string {
  return JSON.stringify([schema, table, column]);
}

interface Slot {
  readonly kind: number;
  readonly operator: number | null;
  readonly collation: number;
  readonly numbers: string;
  readonly values: string;
}

/** What is written of a column, without where. */
export type StatisticContent = Omit<ColumnStatistics, 'schema' | 'table' | 'column'>;

/**
 * Writes the row of `pg_statistic` that ANALYZE would have made.
 * @source src/include/catalog/pg_statistic.h, "STATISTIC_KIND_…"
 */
export function statisticSql(
  one: StatisticContent,
  at: StatisticPlace,
  own: Operators,
  operators: ReadonlyMap<number, Operators>,
): string {
  return `insert into pg_catalog.pg_statistic values (${statisticValues(one, at, own, operators)})`;
}

/** Writes such a row as a value. */
export function rowSql(
  one: StatisticContent,
  at: StatisticPlace,
  own: Operators,
  operators: ReadonlyMap<number, Operators>,
): string {
  return `row(${statisticValues(one, at, own, operators)})::pg_catalog.pg_statistic`;
}

/** Gives the values of such a row as SQL. */
function statisticValues(
  one: StatisticContent,
  at: StatisticPlace,
  own: Operators,
  operators: ReadonlyMap<number, Operators>,
): string {
  const slots = slotsOf(one, at, own, operators).slice(0, 5);
  while (slots.length < 5)
    slots.push({ kind: 0, operator: 0, collation: 0, numbers: 'null', values: 'null' });
  const list = (read: (slot: Slot) => string | number): string => slots.map(read).join(', ');
  return [
    at.relation,
    at.number,
    one.isInherited,
    one.nullRatio,
    one.widthBytes,
    one.distinct,
    list((slot) => slot.kind),
    list((slot) => slot.operator ?? 0),
    list((slot) => slot.collation),
    list((slot) => slot.numbers),
    list((slot) => slot.values),
  ].join(', ');
}

function slotsOf(
  one: StatisticContent,
  at: StatisticPlace,
  own: Operators,
  operators: ReadonlyMap<number, Operators>,
): Slot[] {
  const isVector = own.base === TSVECTOR;
  const element = operators.get(own.element);
  const elementType = isVector ? TEXT : (element?.base ?? 0);
  const elementEqual = isVector ? TEXT_EQUAL : (element?.equal ?? 0);
  const elementCollation = isVector ? DEFAULT_COLLATION : at.collation;
  const valueType = own.kind === 'd' || at.type !== own.base ? own.base : at.type;
  const slots: Slot[] = [];
  const add = (kind: number, operator: number | null, collation: number, content: Partial<Slot>): void => {
    slots.push({ kind, operator, collation, numbers: 'null', values: 'null', ...content });
  };
  if (one.commonValues !== null) {
    const content = {
      numbers: reals(one.commonFrequencies),
      values: arrayIn(one.commonValues, valueType, at.modifier),
    };
    add(1, own.equal, at.collation, content);
  }
  if (one.histogram !== null)
    add(2, own.less, at.collation, { values: arrayIn(one.histogram, valueType, at.modifier) });
  if (one.correlation !== null) add(3, own.less, at.collation, { numbers: reals([one.correlation]) });
  if (one.commonElements !== null) {
    const content = {
      numbers: reals(one.commonElementFrequencies),
      values: arrayIn(one.commonElements, elementType, -1),
    };
    add(4, elementEqual, elementCollation, content);
  }
  if (one.elementCountHistogram !== null)
    add(5, elementEqual, elementCollation, { numbers: reals(one.elementCountHistogram) });
  if (one.rangeLengthHistogram !== null) {
    add(6, FLOAT8_LESS, 0, {
      numbers: reals([one.rangeEmptyRatio ?? 0]),
      values: arrayIn(one.rangeLengthHistogram, FLOAT8, -1),
    });
  }
  if (one.rangeBoundsHistogram !== null)
    add(7, 0, 0, { values: arrayIn(one.rangeBoundsHistogram, valueType, -1) });
  return slots;
}

function reals(numbers: readonly number[] | null): string {
  return numbers === null ? 'null' : `'{${numbers.join(',')}}'::real[]`;
}

function arrayIn(text: string, type: number, modifier: number): string {
  return `pg_catalog.array_in(${quoteLiteral(text)}::cstring, ${type}, ${modifier})`;
}

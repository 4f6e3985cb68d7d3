import * as z from 'zod';
import { flag, numbers, text, textOrNull, texts } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery, type QueryVariant } from '../define-query.ts';
import {
  frequencies,
  type MirrorValuesRow,
  NO_RANGES_SQL,
  VALUES_ROW,
  VALUES_SQL,
} from './mirror-columns.ts';
import { userSchema } from './mirror-ddl.ts';

/** An extended statistics object, whoever owns it. */
export interface ExtendedStatisticsRow {
  readonly schema: string;
  readonly name: string;
  readonly tableSchema: string;
  readonly tableName: string;
  /** Column numbers and names, side by side. */
  readonly columnNumbers: readonly number[];
  readonly columnNames: readonly string[];
  /** Role to be a member of to see what it holds. */
  readonly owner: string;
  readonly isMember: boolean;
}

export const extendedStatisticsQuery: CatalogQuery<ExtendedStatisticsRow> = defineCatalogQuery({
  id: 'catalog/mirror-extended-objects',
  summary:
    'Extended statistics objects with their columns and owner, for the shadow; nothing that they hold.',
  source: 'PostgreSQL docs 51.52 "pg_statistic_ext"',
  scope: 'database',
  timeoutMs: 30_000,
  variants: [
    {
      since: { server: 140_000 },
      sql: `
select
  n.nspname::text as "schema",
  x.stxname::text as "name",
  tn.nspname::text as "tableSchema",
  t.relname::text as "tableName",
  array(select a.attnum::int from pg_catalog.pg_attribute a
    where a.attrelid = x.stxrelid and a.attnum = any(x.stxkeys) order by a.attnum) as "columnNumbers",
  array(select a.attname::text from pg_catalog.pg_attribute a
    where a.attrelid = x.stxrelid and a.attnum = any(x.stxkeys) order by a.attnum) as "columnNames",
  pg_catalog.pg_get_userbyid(t.relowner)::text as "owner",
  pg_catalog.pg_has_role(t.relowner, 'usage') as "isMember"
from pg_catalog.pg_statistic_ext x
join pg_catalog.pg_namespace n on n.oid = x.stxnamespace
join pg_catalog.pg_class t on t.oid = x.stxrelid
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
where ${userSchema('n')}
order by 1, 2`,
    },
  ],
  row: z.object({
    schema: text,
    name: text,
    tableSchema: text,
    tableName: text,
    columnNumbers: numbers,
    columnNames: texts,
    owner: text,
    isMember: flag,
  }),
});

/** One row of pg_stats_ext. */
export interface MirrorExtendedRow {
  readonly schema: string;
  readonly name: string;
  readonly isInherited: boolean;
  readonly distinct: string | null;
  readonly dependencies: string | null;
  readonly commonValues: string | null;
  readonly commonValueNulls: string | null;
  readonly commonFrequencies: readonly number[] | null;
  readonly commonBaseFrequencies: readonly number[] | null;
}

const extended = (source: string, inherited: string): string => `
select
  s.statistics_schemaname::text as "schema",
  s.statistics_name::text as "name",
  ${inherited} as "isInherited",
  s.n_distinct::text as "distinct",
  s.dependencies::text as "dependencies",
  s.most_common_vals::text as "commonValues",
  s.most_common_val_nulls::text as "commonValueNulls",
  s.most_common_freqs::text as "commonFrequencies",
  s.most_common_base_freqs::text as "commonBaseFrequencies"
from ${source} s
order by 1, 2, 3`;

const extendedVariants = (source: string): readonly QueryVariant[] => [
  { since: { server: 140_000 }, sql: extended(source, 'false') },
  { since: { server: 150_000 }, sql: extended(source, 's.inherited') },
];

const sharedExtended = {
  source: 'PostgreSQL docs 52.27 "pg_stats_ext"',
  scope: 'database',
  timeoutMs: 30_000,
  row: z.object({
    schema: text,
    name: text,
    isInherited: flag,
    distinct: textOrNull,
    dependencies: textOrNull,
    commonValues: textOrNull,
    commonValueNulls: textOrNull,
    commonFrequencies: frequencies,
    commonBaseFrequencies: frequencies,
  }),
} as const;

export const mirrorExtendedQuery: CatalogQuery<MirrorExtendedRow> = defineCatalogQuery({
  ...sharedExtended,
  id: 'catalog/mirror-extended',
  summary: 'Extended statistics with their values, for the shadow; only of tables that the role owns.',
  variants: extendedVariants('pg_catalog.pg_stats_ext'),
});

export const mirrorExtendedByOwnerQuery: CatalogQuery<MirrorExtendedRow> = defineCatalogQuery({
  ...sharedExtended,
  id: 'catalog/mirror-extended-by-owner',
  summary: 'Extended statistics through a function that the owner made for a role that owns no table.',
  variants: extendedVariants('pgsteward.extended_statistics()'),
});

/** One row of pg_stats_ext_exprs. */
export interface MirrorExpressionRow extends MirrorValuesRow {
  readonly schema: string;
  readonly name: string;
  readonly isInherited: boolean;
  readonly expression: string;
}

const expressions = (source: string, inherited: string): string => `
select
  s.statistics_schemaname::text as "schema",
  s.statistics_name::text as "name",
  ${inherited} as "isInherited",
  s.expr as "expression",${VALUES_SQL},
  ${NO_RANGES_SQL}
from ${source} s`;

const expressionVariants = (source: string): readonly QueryVariant[] => [
  { since: { server: 140_000 }, sql: expressions(source, 'false') },
  { since: { server: 150_000 }, sql: expressions(source, 's.inherited') },
];

const sharedExpressions = {
  source: 'PostgreSQL docs 52.28 "pg_stats_ext_exprs"',
  scope: 'database',
  timeoutMs: 30_000,
  row: z.object({ schema: text, name: text, isInherited: flag, expression: text, ...VALUES_ROW }),
} as const;

export const mirrorExpressionsQuery: CatalogQuery<MirrorExpressionRow> = defineCatalogQuery({
  ...sharedExpressions,
  id: 'catalog/mirror-expressions',
  summary:
    'Extended statistics on expressions with their values, for the shadow; only of tables that the role owns.',
  variants: expressionVariants('pg_catalog.pg_stats_ext_exprs'),
});

export const mirrorExpressionsByOwnerQuery: CatalogQuery<MirrorExpressionRow> = defineCatalogQuery({
  ...sharedExpressions,
  id: 'catalog/mirror-expressions-by-owner',
  summary: 'Extended statistics on expressions through a function that the owner made.',
  variants: expressionVariants('pgsteward.expression_statistics()'),
});

import * as z from 'zod';
import { number, numberOrNull, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** The state of pg_stat_statements itself. */
export interface StatementsInfoRow {
  /** Entries held now, all databases. */
  readonly entries: number;
  /** Entries whose text and id are hidden from pgsteward's role. */
  readonly hiddenEntries: number;
  /** Most entries it can hold (`pg_stat_statements.max`); null without pg_read_all_settings. */
  readonly maximumEntries: number | null;
  /** Times that the least-used entries were thrown out since the reset. */
  readonly evictions: number;
  readonly statsReset: Date | null;
  /** Time of the server when this was read. */
  readonly now: Date;
}

const sql = `
select
  (select count(*) from {extension}.pg_stat_statements(false))::int as "entries",
  (select count(*) from {extension}.pg_stat_statements(false) s where s.queryid is null)::int as "hiddenEntries",
  (select s.setting::int from pg_catalog.pg_settings s where s.name = 'pg_stat_statements.max') as "maximumEntries",
  i.dealloc::float8 as "evictions",
  i.stats_reset as "statsReset",
  pg_catalog.now() as "now"
from {extension}.pg_stat_statements_info i`;

export const statementsInfoQuery: CatalogQuery<StatementsInfoRow> = defineCatalogQuery({
  id: 'catalog/statements-info',
  summary: 'How full pg_stat_statements is and how often it threw entries out.',
  source: 'PostgreSQL docs F.32.2 "The pg_stat_statements_info View"',
  needs: { extension: 'pg_stat_statements', role: 'pg_read_all_stats' },
  scope: 'instance',
  variants: [{ since: { server: 140_000, extension: '1.9' }, sql }],
  row: z.object({
    entries: number,
    hiddenEntries: number,
    maximumEntries: numberOrNull,
    evictions: number,
    statsReset: timeOrNull,
    now: z.date(),
  }),
});

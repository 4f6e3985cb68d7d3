import type { TestDatabase } from './database.ts';
import { until } from './watching.ts';

/** Btrees that lead a column in its own order. */
const LEADS = `
  select x.indexrelid, x.indrelid, a.attname, pg_stat_get_numscans(x.indexrelid) as scans
  from pg_index x
  join pg_class i on i.oid = x.indexrelid and i.relkind = 'i'
  join pg_am m on m.oid = i.relam and m.amname = 'btree'
  join pg_opclass o on o.oid = x.indclass[0] and o.opcdefault
  join pg_class t on t.oid = x.indrelid and t.relkind in ('r', 'm')
  join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0] and a.attnum > 0
  where t.relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
    and x.indpred is null and x.indcollation[0] = a.attcollation`;

/** Scans count although each subtransaction, in which the table has no other index, is rolled back. */
const SCAN_EACH = `
do $$
declare lead record;
begin
  set local enable_seqscan = off;
  set local enable_bitmapscan = off;
  set local enable_sort = off;
  for lead in ${LEADS}
  loop
    begin
      update pg_index set indisvalid = false where indrelid = lead.indrelid and indexrelid <> lead.indexrelid;
      execute format('select %2$I from only %1$s where %2$I is not null order by %2$I limit 1',
        lead.indrelid::regclass, lead.attname);
      raise exception using errcode = 'P0099';
    exception when sqlstate 'P0099' then
    end;
  end loop;
end $$`;

/** Scans every index of a database, as a workload would: a mirror looks into no index that nobody used. */
export async function useIndexes(db: TestDatabase): Promise<void> {
  await db.query(SCAN_EACH);
  await until(async () => {
    const unused = await db.query(`select indexrelid::regclass from (${LEADS}) l where scans = 0`);
    return unused.length === 0;
  }, 'scans of indexes are counted');
}

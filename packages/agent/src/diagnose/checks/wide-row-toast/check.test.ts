import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { runOnce, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnoseChanged } from '../../../../../../test/support/replaced-sections.ts';
import { wideRowToast } from './check.ts';

const LOAD = (table: string): string =>
  `insert into ${table} (body) select repeat(md5(i::text), 500) from generate_series(1, 200) i`;
const COLUMNS = 'id int generated always as identity, body text storage external';

describe('diagnose/wide-row-toast', () => {
  it('finds a table that is read for its wide values, not one that was only loaded', () =>
    withDatabase(
      async (db) => {
        await db.query(`create table "pa;ges" (${COLUMNS}); create table loaded (${COLUMNS})`);
        for (const table of ['"pa;ges"', 'loaded']) await runOnce(db.url, LOAD(table));
        for (let run = 0; run < 2; run += 1) {
          await runOnce(db.url, 'select count(md5(body)) from "pa;ges"');
        }
        const findings = await findingsOf(wideRowToast, db);
        expect(findings).toMatchObject([
          {
            id: 'diagnose/wide-row-toast',
            severity: 'info',
            subject: { kind: 'table', schema: 'public', name: 'pa;ges' },
            title: expect.stringContaining('public."pa;ges"'),
            threshold: { key: 'diagnose.wide-row-toast.toast-ratio', value: 0.5 },
          },
        ]);
      },
      { major: 18 },
    ));

  it('warns when the values come from disk, and adds up partitions (real snapshot, counters replaced)', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table docs (at date, body text) partition by range (at);
        create table docs_1 partition of docs for values from ('2024-01-01') to ('2025-01-01');
        create table docs_2 partition of docs for values from ('2025-01-01') to ('2026-01-01')`);
      const used = async (toast: number, missed: number, heap: number) =>
        (
          await diagnoseChanged(wideRowToast, db, {
            tables: (read) =>
              read.map((table) =>
                table.kind === 'partitioned'
                  ? table
                  : {
                      ...table,
                      toastBlocksHit: toast - missed,
                      toastBlocksRead: missed,
                      heapBlocksHit: heap,
                      indexRowsFetched: 1_000,
                    },
              ),
          })
        ).findings;
      expect(await used(50_000, 9_000, 10_000)).toMatchObject([
        { severity: 'warning', subject: { name: 'docs' }, evidence: { toastBlocksCount: 100_000 } },
      ]);
      expect(await used(50_000, 90, 10_000)).toMatchObject([{ severity: 'info' }]);
      expect(await used(50_000, 9_000, 60_000)).toEqual([]);
      expect(await used(400, 400, 10)).toEqual([]);
    }));
});

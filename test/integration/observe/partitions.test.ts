import { describe, expect, it } from 'vitest';
import { partitionedTablesQuery, runCatalogListing } from '../../../packages/agent/src/catalog/index.ts';
import { availableMajors, clientFor, withDatabase } from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';

describe.each([...availableMajors()])('partitioned tables on PostgreSQL %i', (major) => {
  it('tells how far partitions reach: bounded, open-ended, of any key, locked or not', () =>
    withDatabase(
      async (db) => {
        await db.query(`
          create table bounded (at date) partition by range (at);
          create table bounded_1 partition of bounded for values from ('2024-01-01') to ('2024-02-01');
          create table bounded_2 partition of bounded for values from ('2024-02-01') to ('2024-03-01');
          create table forever (at timestamptz) partition by range (at);
          create table forever_1 partition of forever for values from (minvalue) to ('2024-01-01');
          create table forever_2 partition of forever for values from ('2024-01-01') to ('infinity');
          create table endless (at timestamp) partition by range (at);
          create table endless_1 partition of endless for values from ('2024-01-01') to (maxvalue);
          create table worded (key text) partition by range (key);
          create table worded_1 partition of worded for values from ('a') to ('m');
          create table bare (at date) partition by range (at)`);
        const locker = clientFor(db.url);
        await locker.connect();
        await locker.query('begin; lock table bounded_2 in access exclusive mode');
        const session = await openTestSession(db.url);
        const page = { pageRows: 3, maximumRows: 100 };
        const result = await runCatalogListing(session, partitionedTablesQuery, page).finally(async () => {
          await session.close();
          await locker.end();
        });
        expect(result.ok && result.listing.rows).toMatchObject([
          { name: 'bounded', isOpenEnded: false, newestFrom: expect.any(Date), newestTo: expect.any(Date) },
          { name: 'forever', isOpenEnded: true, newestFrom: null, newestTo: expect.any(Date) },
          { name: 'endless', isOpenEnded: true, newestFrom: null, newestTo: null },
          { name: 'worded', isOpenEnded: false, newestFrom: null, newestTo: null },
          { name: 'bare', isOpenEnded: false, newestFrom: null, newestTo: null, partitions: 0 },
        ]);
        const bounded = result.ok ? result.listing.rows[0] : undefined;
        expect(Number(bounded?.newestTo) - Number(bounded?.newestFrom)).toBe(29 * 86_400_000);
      },
      { major },
    ));
});

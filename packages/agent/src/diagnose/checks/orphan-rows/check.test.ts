import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { orphanRows } from './check.ts';

const PARENT = `
create table products (id int primary key);
insert into products select generate_series(1, 100);`;

describe('diagnose/orphan-rows', () => {
  it('is critical under a validated foreign key whose triggers were disabled, a warning under NOT VALID', () =>
    withDatabase(async (db) => {
      await db.query(`${PARENT}
        create table reviews (product_id int references products);
        alter table reviews disable trigger all;
        insert into reviews select generate_series(91, 110);
        create table alerts (product_id int);
        insert into alerts select generate_series(51, 150);
        alter table alerts add constraint "odd ""key" foreign key (product_id) references products not valid`);
      const findings = await findingsOf(orphanRows, db);
      expect(findings).toMatchObject([
        {
          severity: 'critical',
          subject: { kind: 'constraint', schema: 'public', name: 'reviews_product_id_fkey' },
          evidence: { orphanRows: 10, sampledRows: 20, orphanRatio: 0.5 },
        },
        {
          severity: 'warning',
          subject: { kind: 'constraint', name: 'odd "key' },
          threshold: { key: 'diagnose.orphan-rows.minimum-rows', value: 1 },
        },
      ]);
      const list = findings[1]?.remedy.match(/select \* from .*?\)(?=;)/)?.[0] ?? 'no SQL';
      expect(await db.query(list)).toHaveLength(50);
    }));

  it('finds orphans of a relation that only names and types suggest, by schema, whatever the width', () =>
    withDatabase(async (db) => {
      await db.query(`${PARENT}
        create table "Odd;table" ("product_id" bigint, note text);
        insert into "Odd;table" select i from generate_series(1, 110) i;
        create table clean (product_id int);
        insert into clean select i from generate_series(1, 100) i;
        insert into clean values (null)`);
      expect(await findingsOf(orphanRows, db)).toMatchObject([
        {
          severity: 'warning',
          subject: { kind: 'column', schema: 'public', name: 'Odd;table', column: 'product_id' },
          title: 'public."Odd;table" (product_id): 10 of 110 sampled rows have no partner in public.products',
        },
      ]);
    }));

  it('only mentions a suggested relation that most rows break', () =>
    withDatabase(async (db) => {
      await db.query(`${PARENT}
        create table imports (product_id int);
        insert into imports select i from generate_series(1000, 1100) i`);
      expect(await findingsOf(orphanRows, db)).toMatchObject([
        { severity: 'info', threshold: { key: 'diagnose.orphan-rows.guess-ratio' } },
      ]);
    }));

  it('is silent about foreign keys that hold, and about columns of another type', () =>
    withDatabase(async (db) => {
      await db.query(`${PARENT}
        create table ok (product_id int references products);
        insert into ok select generate_series(1, 100);
        create table external (product_id text);
        insert into external values ('sku-1')`);
      expect(await diagnoseWith(orphanRows, db)).toEqual({ findings: [], unavailable: [] });
    }));

  it('says once what it could not read, with the grant that helps', () =>
    withDatabase(async (db) => {
      await db.query(`${PARENT}
        create table a (product_id int); create table b (product_id int)`);
      const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
      const { findings, unavailable } = await diagnoseWith(orphanRows, db, { url });
      expect(findings).toEqual([]);
      expect(unavailable).toMatchObject([
        { id: 'diagnose/orphan-rows', remedy: 'grant select on it, or pg_read_all_data, to the role' },
      ]);
      expect(unavailable[0]?.reason).toContain('public.a, public.b');
    }));
});

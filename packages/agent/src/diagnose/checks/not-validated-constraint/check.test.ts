import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { notValidatedConstraint } from './check.ts';

const TABLES = `
create table parent (id int primary key);
create table child (id int primary key, parent_id int references parent, price int check (price >= 0));
insert into parent values (1); insert into child values (1, 1, 1);`;

describe.each([...availableMajors()])('diagnose/not-validated-constraint on PostgreSQL %i', (major) => {
  it('finds NOT VALID checks and foreign keys, and a foreign key whose triggers are disabled', () =>
    withDatabase(
      async (db) => {
        await db.query(`${TABLES}
          alter table child add constraint "odd ""price" check (price < 100) not valid;
          alter table child add constraint again foreign key (id) references parent not valid;
          create table other (id int references parent on delete cascade);
          alter table other disable trigger all`);
        const findings = await findingsOf(notValidatedConstraint, db);
        expect(findings.map((found) => [found.subject.name, found.severity]).toSorted()).toEqual([
          ['again', 'warning'],
          ['odd "price', 'warning'],
          ['other_id_fkey', 'warning'],
        ]);
        const odd = findings.find((found) => found.subject.name === 'odd "price');
        expect(odd).toMatchObject({
          id: 'diagnose/not-validated-constraint',
          subject: { kind: 'constraint', schema: 'public' },
          threshold: { key: 'diagnose.not-validated-constraint.minimum-rows', value: 0 },
        });
        expect(odd?.title).toContain('check "odd ""price" of public.child');
        expect(odd?.remedy).toContain('alter table "public"."child" validate constraint "odd ""price"');
        const validate = odd?.remedy.match(/alter table .* constraint "odd ""price"/)?.[0] ?? 'no SQL';
        await db.query(validate);
        expect(await findingsOf(notValidatedConstraint, db)).toHaveLength(2);
      },
      { major },
    ));

  it('finds a foreign key whose triggers fire on replicas only', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table a (id int primary key); create table b (id int constraint b_fk references a);
        do $$ declare r record; begin
          for r in select tgname from pg_trigger where tgrelid = 'b'::regclass loop
            execute format('alter table b enable replica trigger %I', r.tgname);
          end loop;
        end $$`);
      expect(await findingsOf(notValidatedConstraint, db)).toMatchObject([
        { severity: 'warning', subject: { name: 'b_fk' }, evidence: { disabledTriggersCount: 2 } },
      ]);
    }));

  it('is silent when every constraint holds, also without any right on the tables', () =>
    withDatabase(
      async (db) => {
        await db.query(TABLES);
        const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
        expect(await diagnoseWith(notValidatedConstraint, db, { url })).toEqual({
          findings: [],
          unavailable: [],
        });
      },
      { major },
    ));

  it('names a constraint of a partitioned table once, and a partition that is faulty alone by itself', () =>
    withDatabase(
      async (db) => {
        await db.query(`
          create table parent (id int primary key);
          create table part (id int references parent, n int) partition by range (n);
          create table part_1 partition of part for values from (0) to (10);
          create table part_2 partition of part for values from (10) to (20);
          alter table part add constraint n_small check (n < 15) not valid`);
        const whole = await findingsOf(notValidatedConstraint, db);
        expect(whole.map((found) => found.evidence['table'])).toEqual(['public.part']);
        await db.query(
          'alter table part validate constraint n_small; alter table part_2 disable trigger all',
        );
        const single = await findingsOf(notValidatedConstraint, db);
        expect(single.map((found) => found.evidence['table'])).toEqual(['public.part_2']);
      },
      { major },
    ));
});

describe('diagnose/not-validated-constraint', () => {
  it.runIf(availableMajors().includes(18))('mentions NOT ENFORCED constraints as information', () =>
    withDatabase(async (db) => {
      await db.query(`${TABLES}
        alter table child add constraint idea foreign key (price) references parent not enforced`);
      expect(await findingsOf(notValidatedConstraint, db)).toMatchObject([
        { severity: 'info', subject: { name: 'idea' }, evidence: { isEnforced: false } },
      ]);
    }),
  );

  it('says how many more there are past the maximum', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int)');
      for (const n of [1, 2, 3, 4]) {
        await db.query(`alter table t add constraint c${n} check (a <> ${n}) not valid`);
      }
      const findings = await findingsOf(notValidatedConstraint, db, {
        'diagnose.not-validated-constraint.maximum-findings': 2,
      });
      expect(findings).toHaveLength(2);
      expect(findings.at(-1)).toMatchObject({ evidence: { omittedCount: 2 } });
    }));
});

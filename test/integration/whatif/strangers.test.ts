import { describe, expect, it } from 'vitest';
import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { createShadowPlanner, openShadow } from '../../../packages/agent/src/whatif/index.ts';
import { temporaryDirectory, withDatabase } from '../../support/index.ts';
import { mirrorOf } from './mirror-reading.ts';

/** A function that takes every way to more rights that it knows, and says who it then is and whether it ran a program. */
const EVIL = `
  create function strangers_hand(int) returns text language plpgsql volatile as $$
  declare done text := 'nothing';
  begin
    begin execute 'reset session authorization'; exception when others then null; end;
    begin execute 'set session authorization postgres'; exception when others then null; end;
    begin execute 'reset role'; exception when others then null; end;
    begin
      execute 'copy (select 1) to program ''true''';
      done := 'a program';
    exception when others then null;
    end;
    begin execute 'create role left_behind superuser'; exception when others then null; end;
    return current_user || ' ran ' || done || ' super ' || (select rolsuper from pg_roles where rolname = current_user);
  end $$;
  create function evil(int) returns text language plpgsql immutable as 'begin return public.strangers_hand($1); end';`;

describe('functions of strangers', () => {
  it('run in the shadow with no more rights than planning needs', { timeout: 120_000 }, async () => {
    await withDatabase(async (db) => {
      await db.query(EVIL);
      await db.query('create table t (id int primary key, n int)');
      await db.query('insert into t select i, i from generate_series(1, 3000) i');
      await db.query('create index on t (evil(n))');
      await db.query('create index on t (n) where evil(7) is not null');
      await db.query('alter table t add check (evil(1) is not null)');
      await db.query('analyze');
      const shadow = await openShadow({
        mirror: await mirrorOf(db.url),
        clock: systemClock,
        onProgress: silentProgress,
        stateDirectory: await temporaryDirectory(),
      });
      const planner = createShadowPlanner(shadow);
      try {
        const sql = 'select * from t where id::text = evil(7)';
        const [planned] = await planner.plan([{ id: '', sql, values: null, searchPath: null }], {
          add: [],
          hide: [],
        });
        const text = JSON.stringify(planned);
        expect(text).not.toContain('ran a program');
        expect(text).not.toContain('super true');
        const { rows } = await shadow.planner.run<{ who: string; own: string }>(
          'select public.evil(1) as who, session_user::text as own',
        );
        expect(rows[0]?.who).toMatch(/^pgsteward_planner ran nothing super false$/);
        expect(rows[0]?.own).toBe('pgsteward_planner');
        const left = await shadow.owner.run(`select rolname from pg_roles where rolname = 'left_behind'`);
        expect(left.rows).toEqual([]);
        const made = await planner.supposeTable({
          schema: 'public',
          name: 'stored',
          sql: 'select evil(1) as "Hand", count(*) from t group by 1',
        });
        expect(made?.rows).toBeGreaterThan(0);
        if (made !== null) await planner.forgetTable(made);
      } finally {
        await planner.close();
      }
    });
  });
});

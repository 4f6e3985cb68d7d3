import { describe, expect, it } from 'vitest';
import { requestUndo } from '../../../packages/agent/src/act/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { availableMajors, withDatabase } from '../../support/index.ts';
import { actingOn } from './acting.ts';
import { stateOf } from './state.ts';

/** Two levels of partitions. */
const TABLES = `
create table public."E v" (at date not null, region int not null, n int) partition by range (at);
create table public.e_2024 partition of public."E v" for values from ('2024-01-01') to ('2025-01-01') partition by list (region);
create table public.e_2024_1 partition of public.e_2024 for values in (1);
create table public.e_2024_2 partition of public.e_2024 for values in (2);
create table public.e_2025 partition of public."E v" for values from ('2025-01-01') to ('2026-01-01');
insert into public."E v" select date '2024-01-01' + g, 1 + g % 2, g from generate_series(0, 700) g;`;

const BUILD = [
  'create index "E n" on only public."E v" (n)',
  'create index e_2024_n on only public.e_2024 (n)',
  'create index concurrently e_2024_1_n on public.e_2024_1 (n)',
  'alter index public.e_2024_n attach partition public.e_2024_1_n',
  'create index concurrently e_2024_2_n on public.e_2024_2 (n)',
  'alter index public.e_2024_n attach partition public.e_2024_2_n',
  'alter index public."E n" attach partition public.e_2024_n',
  'create index concurrently e_2025_n on public.e_2025 (n)',
  'alter index public."E n" attach partition public.e_2025_n',
];

describe.each([...availableMajors()])('indexes of partitioned tables on PostgreSQL %i', (major) => {
  it('are built partition by partition, dropped as a whole, and built again', async () => {
    await withDatabase(
      async (db) => {
        await db.query(TABLES);
        const before = await stateOf(db);
        const acting = await actingOn(db.url);
        const kept = await acting.advance(await acting.advance(await acting.approved(BUILD)));
        expect(kept, kept.note).toMatchObject({ state: 'kept' });
        const built = await stateOf(db);
        expect(built.filter((item) => item.startsWith('index') && item.includes('valid true'))).toHaveLength(
          5,
        );
        const dropped = await acting.advance(
          await acting.advance(await acting.approved(['drop index public."E n"'])),
        );
        expect(dropped, dropped.note).toMatchObject({ state: 'kept' });
        expect(await stateOf(db)).toEqual(before);
        const asked = unwrap(
          await requestUndo(acting.journal, dropped.id, { actor: 'anna', now: new Date() }),
        );
        expect((await acting.advance(asked)).state).toBe('reverted');
        // PostgreSQL names those of the partitions anew.
        const again = await stateOf(db);
        expect(again.filter((item) => item.includes('valid true'))).toHaveLength(5);
        await db.query('drop index public."E n"');
      },
      { major },
    );
  });

  it('are built to the end whatever step an agent died after, and taken back from there', async () => {
    await withDatabase(
      async (db) => {
        await db.query(TABLES);
        const before = await stateOf(db);
        for (let steps = 0; steps <= BUILD.length; steps += 1) {
          const acting = await actingOn(db.url);
          const applying = await acting.begun(BUILD);
          for (const sql of BUILD.slice(0, steps)) await db.query(sql);
          const verifying = await acting.advance(applying);
          expect(verifying, `${steps}: ${verifying.note}`).toMatchObject({ state: 'verifying' });
          const valid = (await stateOf(db)).filter(
            (item) => item.startsWith('index') && item.includes('valid true'),
          );
          expect(valid, `after ${steps}`).toHaveLength(5);
          const kept = await acting.advance(verifying);
          const asked = unwrap(
            await requestUndo(acting.journal, kept.id, { actor: 'anna', now: new Date() }),
          );
          expect((await acting.advance(asked)).state).toBe('reverted');
          expect(await stateOf(db), `after ${steps}`).toEqual(before);
        }
      },
      { major },
    );
  });
});

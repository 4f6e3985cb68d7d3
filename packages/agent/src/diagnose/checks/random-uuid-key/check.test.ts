import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { randomUuidKey } from './check.ts';

describe('diagnose/random-uuid-key', () => {
  it('finds keys with a random default, once for a partitioned table, largest first', () =>
    withDatabase(
      async (db) => {
        await db.query(`
          create table "Odd;""t" ("the id" uuid primary key default public.uuid_generate_v4());
          create table parts (id uuid default gen_random_uuid(), n int, primary key (id, n)) partition by range (n);
          create table parts_1 partition of parts for values from (0) to (1000);
          insert into parts (n) select generate_series(1, 500);
          analyze`);
        expect(await findingsOf(randomUuidKey, db)).toMatchObject([
          {
            id: 'diagnose/random-uuid-key',
            severity: 'info',
            subject: { kind: 'column', schema: 'public', name: 'parts', column: 'id' },
            evidence: { tableRows: 500, defaultExpression: 'gen_random_uuid()' },
            threshold: { key: 'diagnose.random-uuid-key.minimum-rows', value: 0 },
          },
          { subject: { kind: 'column', name: 'Odd;"t', column: 'the id' } },
        ]);
      },
      { extensions: ['uuid-ossp'] },
    ));

  it('is silent about a tenant that leads a key of several columns', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table t (tenant uuid, id int, primary key (tenant, id));
        insert into t select md5((i % 40)::text)::uuid, i from generate_series(1, 4000) i; analyze t`);
      expect(await findingsOf(randomUuidKey, db)).toEqual([]);
    }));

  it('judges keys that the application makes by their order', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table random (id uuid primary key);
        insert into random select gen_random_uuid() from generate_series(1, 2000);
        create table ordered (id uuid primary key);
        insert into ordered select (lpad(to_hex(i), 12, '0') || substr(gen_random_uuid()::text, 14))::uuid
          from generate_series(1, 2000) i;
        create table few (id uuid primary key); insert into few select gen_random_uuid() from generate_series(1, 9);
        analyze`);
      const findings = await findingsOf(randomUuidKey, db);
      expect(findings.map((found) => found.subject.name)).toEqual(['random']);
      expect(findings[0]?.threshold.key).toBe('diagnose.random-uuid-key.maximum-correlation-ratio');
    }));

  it.runIf(availableMajors().includes(18))(
    'is silent on time-ordered uuids and on uuids that are no key',
    () =>
      withDatabase(async (db) => {
        await db.query(`
        create table v7 (id uuid primary key default uuidv7());
        create table token (id bigint primary key, token uuid unique default gen_random_uuid());
        create table second (id bigint, token uuid default gen_random_uuid(), primary key (id, token))`);
        expect(await findingsOf(randomUuidKey, db)).toEqual([]);
      }),
  );
});

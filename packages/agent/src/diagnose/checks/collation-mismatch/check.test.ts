import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { quoteIdentifier } from '../../../kernel/index.ts';
import { collationMismatch } from './check.ts';

describe.each([...availableMajors()])('diagnose/collation-mismatch on PostgreSQL %i', (major) => {
  it('finds a collation in use whose recorded version differs, not one that no index uses', () =>
    withDatabase(
      async (db) => {
        await db.query(`
          create collation "odd;""one" (provider = icu, locale = 'de');
          create collation unused (provider = icu, locale = 'de');
          create table t (a text collate "odd;""one", b text);
          create index on t (a); create index on t (a, b)`);
        const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
        expect(await diagnoseWith(collationMismatch, db, { url })).toEqual({ findings: [], unavailable: [] });
        await db.query(`update pg_collation set collversion = '0' where collname in ('odd;"one', 'unused')`);
        const { findings } = await diagnoseWith(collationMismatch, db, { url });
        expect(findings).toMatchObject([
          {
            id: 'diagnose/collation-mismatch',
            severity: 'warning',
            subject: { kind: 'collation', schema: 'public', name: 'odd;"one' },
            evidence: { recordedVersion: '0', indexesCount: 2 },
            threshold: { key: 'diagnose.collation-mismatch.minimum-indexes-count', value: 1 },
          },
        ]);
        await db.query(findings[0]?.remedy.split('then: ')[1] ?? 'no SQL');
        expect(await findingsOf(collationMismatch, db)).toEqual([]);
      },
      { major },
    ));

  it.runIf(major >= 15)('finds the database whose recorded version differs, and its remedy clears it', () =>
    withDatabase(
      async (db) => {
        const name = `${db.name};"icu`;
        await db.query(
          `create database ${quoteIdentifier(name)} template template0 encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'de'`,
        );
        try {
          const url = new URL(db.url);
          url.pathname = encodeURIComponent(name);
          expect((await diagnoseWith(collationMismatch, db, { url: url.href })).findings).toEqual([]);
          await db.query("update pg_database set datcollversion = '0' where datname = $1", [name]);
          const { findings } = await diagnoseWith(collationMismatch, db, { url: url.href });
          expect(findings).toMatchObject([
            {
              severity: 'warning',
              subject: { kind: 'database', schema: '', name },
              evidence: { recordedVersion: '0' },
            },
          ]);
          await db.query(findings[0]?.remedy.split('then: ')[1] ?? 'no SQL');
          expect((await diagnoseWith(collationMismatch, db, { url: url.href })).findings).toEqual([]);
        } finally {
          await db.query(`drop database ${quoteIdentifier(name)} with (force)`);
        }
      },
      { major },
    ),
  );
});

import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import {
  availableMajors,
  createRole,
  type TestDatabase,
  withDatabase,
} from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  replaceSettings,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { checksumFailures } from './check.ts';

async function hasChecksums(db: TestDatabase): Promise<boolean> {
  const [row] = await db.query<{ data_checksums: string }>('show data_checksums');
  return row?.data_checksums === 'on';
}

describe.each([...availableMajors()])('diagnose/checksum-failures on PostgreSQL %i', (major) => {
  it('mentions a server without checksums and is silent on one with them, to a pg_monitor role', () =>
    withDatabase(
      async (db) => {
        const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
        const { findings, unavailable } = await diagnoseWith(checksumFailures, db, { url });
        expect(unavailable).toEqual([]);
        expect(findings.map((found) => [found.severity, found.subject.kind])).toEqual(
          (await hasChecksums(db)) ? [] : [['info', 'server']],
        );
      },
      { major },
    ));
});

describe('diagnose/checksum-failures', () => {
  it('is critical for each database with failures, the connected one or not (replaced section)', () =>
    withDatabase(async (db) => {
      const real = await observeDatabase(db);
      const serverSettings = replaceSettings(real, { data_checksums: 'on' });
      const [first] = sectionOf(real, 'databases');
      if (first === undefined) throw new Error('no database');
      const databases = [
        { ...first, name: 'fine', checksumFailures: 0 },
        { ...first, name: 'odd;"name', checksumFailures: 2, isConnected: false },
        { ...first, name: 'none', checksumFailures: null },
      ];
      const { findings } = diagnoseObservation(
        checksumFailures,
        replaceSections(real, { databases, serverSettings }),
      );
      expect(findings).toMatchObject([
        {
          id: 'diagnose/checksum-failures',
          severity: 'critical',
          subject: { kind: 'database', schema: '', name: 'odd;"name' },
          title: '2 pages of database "odd;""name" had a wrong checksum: data is corrupt',
          threshold: { key: 'diagnose.checksum-failures.minimum-failures-count', value: 1 },
        },
      ]);
    }));

  it('finds nothing on a real server whose pages are whole', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int); insert into t select generate_series(1, 1000)');
      const severities = (await findingsOf(checksumFailures, db)).map((found) => found.severity);
      expect(severities).not.toContain('critical');
    }));
});

import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { indexCorruptionRisk } from './check.ts';

describe('diagnose/index-corruption-risk', () => {
  it('is silent about indexes of an up-to-date server', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a text, b int); create index on t (a); create index on t (b)');
      expect(await diagnoseWith(indexCorruptionRisk, db)).toEqual({ findings: [], unavailable: [] });
    }));

  it('finds a collation whose recorded version is another, when an index uses it', () =>
    withDatabase(async (db) => {
      await db.query(`
        create collation "odd;one" (provider = icu, locale = 'und');
        create collation unindexed (provider = icu, locale = 'de');
        create table t (a text collate "odd;one", b text collate unindexed);
        create index on t (a)`);
      expect(await findingsOf(indexCorruptionRisk, db)).toEqual([]);
      await db.query(
        "update pg_collation set collversion = '1.0' where collname in ('odd;one', 'unindexed')",
      );
      expect(await findingsOf(indexCorruptionRisk, db)).toMatchObject([
        {
          id: 'diagnose/index-corruption-risk',
          severity: 'warning',
          subject: { kind: 'collation', schema: 'public', name: 'odd;one' },
          evidence: { recordedVersion: '1.0', indexesCount: 1 },
          threshold: { key: 'diagnose.index-corruption-risk.minimum-indexes-count', value: 1 },
          remedy: expect.stringContaining('alter collation "public"."odd;one" refresh version'),
        },
      ]);
    }));

  it('names text indexes ordered by a database collation that changed (versions replaced by hand)', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table t (a text, b int, c text collate "C", d text);
        create index "a;1" on t (a); create index on t (b); create index on t (c);
        create index on t using hash (d)`);
      const observation = await observeDatabase(db);
      const database = sectionOf(observation, 'database');
      const drifted = {
        ...database,
        collation: 'en_US',
        collationVersion: '2.28',
        collationActualVersion: '2.36',
      };
      const { findings } = diagnoseObservation(
        indexCorruptionRisk,
        replaceSections(observation, { database: drifted }),
      );
      expect(findings).toMatchObject([
        {
          severity: 'warning',
          subject: { kind: 'database', name: db.name },
          evidence: { indexes: ['public."a;1"'], indexesCount: 1 },
        },
      ]);
      const same = { ...drifted, collationVersion: '2.36' };
      const calm = replaceSections(observation, { database: same });
      expect(diagnoseObservation(indexCorruptionRisk, calm).findings).toEqual([]);
    }));

  it('warns of PostgreSQL 14.0 to 14.3, and only of them (version replaced by hand)', () =>
    withDatabase(
      async (db) => {
        await db.query('create table t (a int primary key)');
        const observation = await observeDatabase(db);
        const { snapshot } = observation;
        const as = (versionNumber: number, version: string) =>
          diagnoseObservation(indexCorruptionRisk, {
            ...observation,
            snapshot: { ...snapshot, server: { ...snapshot.server, versionNumber, version } },
          }).findings;
        expect(as(140_003, '14.3')).toMatchObject([{ severity: 'warning', subject: { kind: 'server' } }]);
        expect(as(140_004, '14.4')).toEqual([]);
        expect(as(130_001, '13.1')).toEqual([]);
      },
      { major: 14 },
    ));

  it('says before PostgreSQL 15 that the version of the database collation is not recorded', () =>
    withDatabase(
      async (db) => {
        await db.query('create table t (a text); create index on t (a)');
        const observation = await observeDatabase(db);
        const database = sectionOf(observation, 'database');
        const spots = (collation: string) =>
          diagnoseObservation(
            indexCorruptionRisk,
            replaceSections(observation, { database: { ...database, collation } }),
          ).unavailable;
        expect(spots('en_US.utf8')).toMatchObject([{ remedy: expect.stringContaining('amcheck') }]);
        expect(spots('C')).toEqual([]);
      },
      { major: 14 },
    ));
});

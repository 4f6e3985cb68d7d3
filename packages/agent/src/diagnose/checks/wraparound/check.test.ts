import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { wraparound } from './check.ts';

describe('diagnose/wraparound', () => {
  it.each(availableMajors().filter((major) => major === 14 || major === 18))(
    'names a database past a threshold that was lowered, with its oldest tables, on PostgreSQL %i',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query('create table "old;1" (id int)');
          for (let count = 0; count < 5; count += 1) await db.query('select txid_current()');
          expect(await findingsOf(wraparound, db)).toEqual([]);
          const findings = await findingsOf(wraparound, db, { 'diagnose.wraparound.warning-ratio': 1e-9 });
          const mine = findings.find((found) => found.subject.name === db.name);
          expect(mine).toMatchObject({
            id: 'diagnose/wraparound',
            severity: 'warning',
            subject: { kind: 'database' },
            threshold: { key: 'diagnose.wraparound.warning-ratio', value: 1e-9 },
            remedy: expect.stringContaining('vacuum (freeze, verbose) "public"."old;1"'),
          });
          expect(mine?.evidence['oldestTables']).toMatchObject([expect.stringContaining('public."old;1" (')]);
        },
        { major, name: `wrap"around ${major}` },
      ),
  );

  it('grades by whichever of the two ids is nearer to its end (ages replaced by hand)', () =>
    withDatabase(async (db) => {
      const observation = await observeDatabase(db);
      const [first] = sectionOf(observation, 'databases');
      if (first === undefined) throw new Error('no database');
      const databases = [
        { ...first, name: 'fine', xidAge: 1_000_000_000, multixactAge: 5 },
        { ...first, name: 'warning', xidAge: 1_200_000_000, multixactAge: 5 },
        { ...first, name: 'critical', xidAge: 200_000_000, multixactAge: 1_800_000_000 },
      ];
      const { findings } = diagnoseObservation(wraparound, replaceSections(observation, { databases }));
      expect(findings.map((found) => [found.subject.name, found.severity])).toEqual([
        ['critical', 'critical'],
        ['warning', 'warning'],
      ]);
      expect(findings[0]?.title).toContain('of its multixact ids');
    }));
});

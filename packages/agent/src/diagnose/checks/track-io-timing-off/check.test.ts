import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { trackIoTimingOff } from './check.ts';

describe.each(availableMajors())('diagnose/track-io-timing-off on PostgreSQL %i', (major) => {
  it('finds it off for the database, and is silent when it is on', () =>
    withDatabase(
      async (db) => {
        expect(await findingsOf(trackIoTimingOff, db)).toEqual([]);
        await db.query(`alter database ${db.name} set track_io_timing = off`);
        expect(await findingsOf(trackIoTimingOff, db)).toMatchObject([
          {
            id: 'diagnose/track-io-timing-off',
            severity: 'info',
            subject: { kind: 'setting', schema: '', name: 'track_io_timing' },
            evidence: { value: 'off', settingSource: 'database' },
            remedy: expect.stringContaining('reset it where it is set (database)'),
          },
        ]);
      },
      { major },
    ));
});

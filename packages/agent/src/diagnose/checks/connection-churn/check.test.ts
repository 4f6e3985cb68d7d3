import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { runOnce, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnoseChanged } from '../../../../../../test/support/replaced-sections.ts';
import { connectionChurn } from './check.ts';

const DAY_MS = 86_400_000;

describe('diagnose/connection-churn', () => {
  it('finds sessions that come and go between two snapshots', () =>
    withDatabase(async (db) => {
      const between = async (): Promise<void> => {
        for (let count = 0; count < 30; count += 1) await runOnce(db.url, 'select 1');
      };
      const { findings } = await diagnoseWith(connectionChurn, db, { between });
      expect(findings).toMatchObject([
        {
          id: 'diagnose/connection-churn',
          severity: 'info',
          subject: { kind: 'database', schema: '', name: db.name },
          evidence: { basis: 'interval between two snapshots' },
          threshold: { key: 'diagnose.connection-churn.sessions-per-second', value: 10 },
        },
      ]);
    }));

  it('judges the time since a reset when it covers an hour (real snapshot, counters replaced)', () =>
    withDatabase(async (db) => {
      const since = (ageMs: number, sessions: number) =>
        diagnoseChanged(connectionChurn, db, {
          database: (read) => ({
            ...read,
            sessions,
            sessionMs: sessions * 40,
            statsReset: new Date(read.now.getTime() - ageMs),
          }),
        });
      expect((await since(DAY_MS, 2_000_000)).findings).toMatchObject([
        { severity: 'warning', evidence: { meanSessionMs: 40, measuredMs: DAY_MS } },
      ]);
      expect((await since(DAY_MS, 800_000)).findings).toEqual([]);
      expect((await since(DAY_MS / 100, 800_000)).findings).toEqual([]);
    }));

  it('finds many sessions that do nothing (real snapshot, sessions multiplied)', () =>
    withDatabase(async (db) => {
      const crowd = (size: number, idle: number) =>
        diagnoseChanged(connectionChurn, db, {
          activity: (read) => {
            const [client] = read.filter((row) => row.backendType === 'client backend' && !row.isOwn);
            return client === undefined
              ? read
              : Array.from({ length: size }, (_, pid) => ({
                  ...client,
                  pid,
                  state: pid < idle ? 'idle' : 'active',
                }));
          },
        });
      expect((await crowd(200, 190)).findings).toMatchObject([
        {
          subject: { kind: 'server', name: 'server' },
          title: '95 % of 200 client sessions are idle',
          threshold: { key: 'diagnose.connection-churn.idle-ratio' },
        },
      ]);
      expect((await crowd(100, 100)).findings).toEqual([]);
      expect((await crowd(200, 100)).findings).toEqual([]);
    }));

  it('is silent on a quiet database', () =>
    withDatabase(async (db) => {
      expect(await findingsOf(connectionChurn, db)).toEqual([]);
    }));
});

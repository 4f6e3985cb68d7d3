import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import {
  createDatabase,
  runOnce,
  startStandby,
  startTestServer,
  type TestDatabase,
} from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
} from '../../../../../../test/support/replaced.ts';
import type { Observation, ReplicaRow, StandbyRow } from '../../../observe/index.ts';
import type { Finding } from '../../types.ts';
import { replicaLag } from './check.ts';

const MB = 1024 ** 2;

const REPLICA: ReplicaRow = {
  pid: 4711,
  applicationName: 'west;"1',
  clientAddress: '10.0.0.2',
  state: 'streaming',
  syncState: 'async',
  replayLagBytes: 0,
  replayLagMs: null,
  xminAge: null,
};

const STANDBY: StandbyRow = {
  isReceiving: true,
  isReplayPaused: false,
  replayLagBytes: 0,
  lastReplayMs: 9e9,
};

describe('diagnose/replica-lag', () => {
  let db: TestDatabase;
  let real: Observation;

  beforeAll(async () => {
    db = await createDatabase();
    real = await observeDatabase(db);
  });

  afterAll(() => db.close());

  const withReplica = (changed: Partial<ReplicaRow>): readonly Finding[] =>
    diagnoseObservation(replicaLag, replaceSections(real, { replicas: [{ ...REPLICA, ...changed }] }))
      .findings;

  const asStandby = (changed: Partial<StandbyRow>): readonly Finding[] => {
    const observed = replaceSections(real, { standby: { ...STANDBY, ...changed } });
    const server = { ...observed.snapshot.server, isInRecovery: true };
    return diagnoseObservation(replicaLag, { ...observed, snapshot: { ...observed.snapshot, server } })
      .findings;
  };

  it('is silent on a server without replicas', async () => {
    expect(await diagnoseWith(replicaLag, db)).toEqual({ findings: [], unavailable: [] });
  });

  it('grades a replica by the worse of size and time (replaced section)', () => {
    expect(withReplica({ replayLagBytes: 99 * MB, replayLagMs: 29_000 })).toEqual([]);
    expect(withReplica({ replayLagBytes: null, replayLagMs: null, state: 'backup' })).toEqual([]);
    expect(withReplica({ replayLagBytes: 100 * MB })).toMatchObject([
      {
        id: 'diagnose/replica-lag',
        severity: 'warning',
        subject: { kind: 'replica', schema: '', name: 'west;"1' },
        title: 'replica "west;""1" is 100 MB behind',
        threshold: { key: 'diagnose.replica-lag.warning-bytes', value: 100 * MB },
      },
    ]);
    expect(withReplica({ replayLagBytes: 100 * MB, replayLagMs: 300_000 })).toMatchObject([
      { severity: 'critical', threshold: { key: 'diagnose.replica-lag.critical-ms' } },
    ]);
    expect(withReplica({ replayLagBytes: 1024 * MB, replayLagMs: 1 })).toMatchObject([
      { severity: 'critical', threshold: { key: 'diagnose.replica-lag.critical-bytes' } },
    ]);
  });

  it('takes no idle primary for lag on a standby, but a lost receiver and a paused replay (replaced section)', () => {
    expect(asStandby({})).toEqual([]);
    expect(asStandby({ isReceiving: false, lastReplayMs: 60_000 })).toMatchObject([
      { severity: 'warning', subject: { kind: 'server' }, evidence: { isReceiving: false } },
    ]);
    expect(asStandby({ isReplayPaused: true, replayLagBytes: 2048 * MB, lastReplayMs: 1000 })).toMatchObject([
      {
        severity: 'critical',
        title: 'this standby is 2 GB and 1 s behind: replay is paused',
        remedy: 'select pg_wal_replay_resume()',
      },
    ]);
  });
});

describe('diagnose/replica-lag with a real standby', () => {
  it('sees a paused replay from both sides (lowered thresholds)', async () => {
    const primary = await startTestServer();
    const standby = await startStandby(primary);
    try {
      const db = await createDatabase(primary.major, { serverUrl: primary.connectionUrl() });
      await db.query('create table t (a text)');
      await waitUntil(
        standby.connectionUrl(),
        `exists (select from pg_database where datname = '${db.name}')`,
      );
      expect(await findingsOf(replicaLag, db)).toEqual([]);
      await runOnce(standby.connectionUrl(), 'select pg_wal_replay_pause()');
      await db.query("insert into t select repeat('x', 1000) from generate_series(1, 1000)");
      const received = 'pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()';
      await waitUntil(standby.connectionUrl(), received);
      const overrides = { 'diagnose.replica-lag.warning-bytes': '100kB' };
      expect(await findingsOf(replicaLag, db, overrides)).toMatchObject([
        {
          severity: 'warning',
          subject: { kind: 'replica', name: 'standby' },
          evidence: { state: 'streaming' },
        },
      ]);
      const url = standby.connectionUrl();
      const { findings, unavailable } = await diagnoseWith(replicaLag, db, { url, overrides });
      expect(unavailable).toEqual([]);
      expect(findings).toMatchObject([
        { severity: 'warning', subject: { kind: 'server' }, evidence: { isReplayPaused: true } },
      ]);
      await runOnce(url, findings[0]?.remedy ?? 'no SQL');
      await waitUntil(url, `not (${received})`);
      expect((await diagnoseWith(replicaLag, db, { url, overrides })).findings).toEqual([]);
      await db.close();
    } finally {
      await standby.close();
      await primary.close();
    }
  });
});

async function waitUntil(url: string, condition: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const [row] = await runOnce<{ done: boolean }>(url, `select ${condition} as done`);
    if (row?.done === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never true: ${condition}`);
}

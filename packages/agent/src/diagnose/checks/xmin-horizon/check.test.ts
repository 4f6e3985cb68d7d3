import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { clientFor, createRole, withDatabase } from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { xminHorizon } from './check.ts';

const SOON = {
  'diagnose.xmin-horizon.warning-ms': 100,
  'diagnose.xmin-horizon.minimum-transactions-count': 0,
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('diagnose/xmin-horizon', () => {
  it('names the session that holds a snapshot, and is silent without one', () =>
    withDatabase(async (db) => {
      expect(await findingsOf(xminHorizon, db, SOON)).toEqual([]);
      const holder = clientFor(db.url);
      await holder.connect();
      await holder.query('begin isolation level repeatable read');
      const { rows } = await holder.query<{ pid: number }>("select pg_backend_pid() as pid, 'it''s \u202e'");
      await wait(150);
      const findings = await findingsOf(xminHorizon, db, SOON);
      const harmless = await findingsOf(xminHorizon, db, { 'diagnose.xmin-horizon.warning-ms': 100 });
      const critical = await findingsOf(xminHorizon, db, {
        ...SOON,
        'diagnose.xmin-horizon.critical-ms': 120,
      });
      const young = await findingsOf(xminHorizon, db);
      await holder.end();
      const pid = String(rows[0]?.pid);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/xmin-horizon',
          severity: 'warning',
          subject: { kind: 'session', name: pid },
          evidence: { holder: 'session', detail: "select pg_backend_pid() as pid, 'it''s \\u202e'" },
          threshold: { key: 'diagnose.xmin-horizon.warning-ms', value: 100 },
        },
      ]);
      expect(harmless).toMatchObject([{ severity: 'info', subject: { name: pid } }]);
      expect(critical).toMatchObject([
        { severity: 'critical', threshold: { key: 'diagnose.xmin-horizon.critical-ms' } },
      ]);
      expect(young).toEqual([]);
    }));

  it('names prepared transactions of this database and logical slots that nobody reads', () =>
    withDatabase(async (db) => {
      await db.query(`select pg_create_logical_replication_slot('${db.name}', 'pgoutput')`);
      const other = clientFor(db.url);
      await other.connect();
      await other.query(`begin; create table t (id int); prepare transaction 'it''s ${db.name}'`);
      await other.end();
      await wait(150);
      const findings = await findingsOf(xminHorizon, db, SOON);
      await db.query(`rollback prepared 'it''s ${db.name}'`);
      await db.query(`select pg_drop_replication_slot('${db.name}')`);
      const mine = findings.filter((found) => found.subject.name.includes(db.name));
      expect(
        mine.map((found) => [found.subject.kind, found.evidence['holder'], found.severity]).toSorted(),
      ).toEqual([
        ['slot', 'catalog slot', 'warning'],
        ['transaction', 'prepared transaction', 'warning'],
      ]);
      const prepared = mine.find((found) => found.subject.kind === 'transaction');
      expect(prepared?.remedy).toContain(`rollback prepared 'it''s ${db.name}'`);
    }));
});

describe('diagnose/xmin-horizon, what counts', () => {
  it('judges standbys and slots without a time by transactions (rows replaced by hand)', () =>
    withDatabase(async (db) => {
      const observation = await observeDatabase(db);
      const replica = {
        pid: 1,
        applicationName: 'standby 1',
        clientAddress: null,
        state: 'streaming',
        syncState: 'async',
        replayLagBytes: 0,
        replayLagMs: null,
      };
      const slot = {
        name: 'logical',
        type: 'logical',
        database: db.name,
        isActive: false,
        isTemporary: false,
        retainedBytes: 0,
        walStatus: 'reserved',
        xminAge: null,
        catalogXminAge: 250_000_000,
        inactiveMs: null,
      };
      const laid = replaceSections(observation, {
        replicas: [
          { ...replica, xminAge: 20_000_000 },
          { ...replica, pid: 2, xminAge: 500 },
          { ...replica, pid: 3, xminAge: null },
        ],
        slots: [slot],
      });
      const { findings } = diagnoseObservation(xminHorizon, laid);
      expect(findings.map((found) => [found.subject.kind, found.severity, found.threshold.key])).toEqual([
        ['slot', 'critical', 'diagnose.xmin-horizon.critical-transactions-count'],
        ['replica', 'warning', 'diagnose.xmin-horizon.warning-transactions-count'],
      ]);
    }));

  it('leaves out vacuums, own sessions and other databases (rows replaced by hand)', () =>
    withDatabase(async (db) => {
      const observation = await observeDatabase(db);
      const own = sectionOf(observation, 'activity').find((session) => session.isOwn && session.isHere);
      if (own === undefined) throw new Error('no own session');
      const held = { ...own, isOwn: false, state: 'active', transactionMs: 7_200_000, xminAge: 50_000 };
      const activity = [
        { ...held, pid: 1, query: 'VACUUM FULL t' },
        { ...held, pid: 2, backendType: 'autovacuum worker', query: 'autovacuum: VACUUM t' },
        { ...held, pid: 3, isHere: false },
        { ...held, pid: 4, isOwn: true },
        { ...held, pid: 5, xminAge: null, hasTransactionId: false },
        { ...held, pid: 6, xminAge: null, hasTransactionId: true, state: 'idle in transaction' },
      ];
      const { findings } = diagnoseObservation(xminHorizon, replaceSections(observation, { activity }));
      expect(findings.map((found) => [found.subject.name, found.severity])).toEqual([['6', 'warning']]);
    }));

  it('says that a role without pg_monitor sees too little', () =>
    withDatabase(async (db) => {
      const role = await createRole(db);
      const { unavailable } = await diagnoseWith(xminHorizon, db, { url: role.url });
      expect(unavailable).toMatchObject([{ id: 'diagnose/xmin-horizon' }]);
    }));
});

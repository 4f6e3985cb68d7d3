import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import {
  availableMajors,
  createDatabase,
  createRole,
  startTestServer,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  replaceSettings,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import type { Observation } from '../../../observe/index.ts';
import type { Finding } from '../../types.ts';
import { settingsReview } from './check.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;

describe.each([...availableMajors()])('diagnose/settings-review on PostgreSQL %i', (major) => {
  it('gives only information on a server at its defaults, also to a plain pg_monitor role', () =>
    withDatabase(
      async (db) => {
        const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
        const { findings, unavailable } = await diagnoseWith(settingsReview, db, { url });
        expect(unavailable).toEqual([]);
        expect(new Set(findings.map((found) => found.severity))).toEqual(new Set(['info']));
        const names = findings.map((found) => found.subject.name);
        // What other tests write on the shared server decides on this one.
        expect(names.filter((name) => name !== 'wal_compression').toSorted()).toEqual([
          'idle_in_transaction_session_timeout',
          'log_lock_waits',
          'log_min_duration_statement',
          'random_page_cost',
        ]);
      },
      { major },
    ));
});

describe('diagnose/settings-review', () => {
  it('finds what is set for the database, and leaves alone what the owner names', () =>
    withDatabase(async (db) => {
      await db.query(`alter database "${db.name}" set work_mem = '64kB'`);
      await db.query(`alter database "${db.name}" set random_page_cost = 1.1`);
      const [worst, ...others] = await findingsOf(settingsReview, db);
      expect(worst).toMatchObject({
        id: 'diagnose/settings-review',
        severity: 'warning',
        subject: { kind: 'setting', schema: '', name: 'work_mem' },
        evidence: { workMemBytes: 65536, source: 'database', ruleSource: expect.stringContaining('19.4.1') },
        threshold: { key: 'diagnose.settings-review.work-mem-bytes', value: 4 * MB },
      });
      expect(worst?.title).toContain('work_mem is 64 kB');
      expect(others.map((found) => found.subject.name)).not.toContain('random_page_cost');
      const ignoring = await findingsOf(settingsReview, db, {
        'diagnose.settings-review.ignore': 'work_mem, log_lock_waits, wal_compression',
      });
      expect(ignoring.map((found) => found.subject.name).toSorted()).toEqual([
        'idle_in_transaction_session_timeout',
        'log_min_duration_statement',
      ]);
    }));

  it('holds temporary files and misses against memory settings (lowered thresholds)', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int, b text)');
      await db.query("insert into t select i, repeat('x', 100) from generate_series(1, 60000) i");
      await db.query("set work_mem = '64kB'");
      await db.query('select count(*) from (select * from t order by b, a desc offset 0) s');
      await db.query('select pg_stat_force_next_flush()').catch(() => undefined);
      const findings = await findingsOf(settingsReview, db, {
        'diagnose.settings-review.temp-bytes': '1MB',
        'diagnose.settings-review.ignore': 'wal_compression',
        'diagnose.settings-review.large-database-bytes': '1MB',
      });
      expect(findings).toMatchObject([
        {
          severity: 'warning',
          subject: { name: 'work_mem' },
          threshold: { key: 'diagnose.settings-review.temp-bytes' },
        },
        { severity: 'info', subject: { name: 'maintenance_work_mem' } },
        {},
        {},
        {},
        {},
      ]);
      expect(findings[0]?.evidence['tempFilesCount']).toBeGreaterThan(0);
    }));

  it('finds what is switched off or weak on a server of its own', async () => {
    const server: TestServer = await startTestServer({
      settings: {
        autovacuum: 'off',
        track_activities: 'off',
        password_encryption: 'md5',
        effective_cache_size: '32MB',
        checkpoint_completion_target: '0.5',
        max_connections: '501',
        listen_addresses: '127.0.0.1, 0.0.0.0',
      },
    });
    try {
      const db = await createDatabase(server.major, { serverUrl: server.connectionUrl() });
      const findings = await findingsOf(settingsReview, db);
      const severities = Object.fromEntries(findings.map((found) => [found.subject.name, found.severity]));
      expect(severities).toMatchObject({
        autovacuum: 'critical',
        track_activities: 'warning',
        password_encryption: 'warning',
        effective_cache_size: 'warning',
        checkpoint_completion_target: 'info',
        max_connections: 'info',
      });
      expect(findings[0]?.subject.name).toBe('autovacuum');
      await db.close();
    } finally {
      await server.close();
    }
  });
});

describe('diagnose/settings-review on a real observation with parts replaced', () => {
  let db: TestDatabase;
  let real: Observation;

  beforeAll(async () => {
    db = await createDatabase();
    real = await observeDatabase(db);
  });

  afterAll(() => db.close());

  const about = (name: string, observation: Observation, overrides = {}): readonly Finding[] =>
    diagnoseObservation(settingsReview, observation, overrides).findings.filter(
      (found) => found.subject.name === name,
    );

  it('blames small shared buffers only for a large database that misses many blocks', () => {
    const database = sectionOf(real, 'database');
    const missing = { ...database, sizeBytes: 50 * GB, blocksRead: 1e6, blocksHit: 9e6 };
    expect(about('shared_buffers', replaceSections(real, { database: missing }))).toMatchObject([
      { severity: 'warning', evidence: { hitRatio: 0.9, missedBlocksCount: 1e6 } },
    ]);
    for (const fine of [
      { ...missing, blocksHit: 99e6 },
      { ...missing, blocksRead: 1e5, blocksHit: 1e5 },
      { ...missing, sizeBytes: 100 * MB },
      { ...missing, sizeBytes: null },
    ]) {
      expect(about('shared_buffers', replaceSections(real, { database: fine }))).toEqual([]);
    }
    const raised = replaceSettings(real, { shared_buffers: 2 * GB });
    const large = replaceSections(real, { database: missing, serverSettings: raised });
    expect(about('shared_buffers', large)).toEqual([]);
    expect(about('shared_buffers', large, { 'target.memory-bytes': '64GB' })).toMatchObject([
      { severity: 'warning', threshold: { key: 'diagnose.settings-review.shared-buffers-ratio' } },
    ]);
    expect(about('shared_buffers', large, { 'target.memory-bytes': '4GB' })).toMatchObject([
      { severity: 'info', threshold: { key: 'diagnose.settings-review.shared-buffers-maximum-ratio' } },
    ]);
  });

  it('blames max_wal_size only when the WAL explains the requested checkpoints', () => {
    const read = sectionOf(real, 'checkpoints');
    const statsReset = new Date(read.now.getTime() - 86_400_000);
    const checkpoints = { ...read, statsReset, timed: 10, requested: 90 };
    const wal = { ...sectionOf(real, 'wal'), bytes: 60 * GB };
    expect(about('max_wal_size', replaceSections(real, { checkpoints, wal }))).toMatchObject([
      { severity: 'warning', evidence: { requestedRatio: 0.9, maxWalSizeBytes: GB } },
    ]);
    // A load of a new server is no habit.
    const fresh = { ...checkpoints, statsReset: read.now };
    expect(about('max_wal_size', replaceSections(real, { checkpoints: fresh, wal }))).toMatchObject([
      { severity: 'info' },
    ]);
    // CREATE DATABASE, base backups and CHECKPOINT are requested, too.
    const manual = { ...wal, bytes: GB };
    expect(about('max_wal_size', replaceSections(real, { checkpoints, wal: manual }))).toEqual([]);
  });

  it('speaks of compression when full page images make up the WAL', () => {
    const wal = { ...sectionOf(real, 'wal'), bytes: 2 * GB, fullPageImages: 200_000 };
    expect(about('wal_compression', replaceSections(real, { wal }))).toMatchObject([{ severity: 'info' }]);
    expect(about('wal_compression', replaceSections(real, { wal: { ...wal, fullPageImages: 1e4 } }))).toEqual(
      [],
    );
  });

  it('uses the facts of the machine where they are given', () => {
    const overrides = { 'target.memory-bytes': '512MB', 'target.cpus': 2 };
    expect(about('max_parallel_workers', real, overrides)).toMatchObject([{ severity: 'info' }]);
    expect(about('work_mem', real, overrides)).toMatchObject([
      { severity: 'info', threshold: { key: 'target.memory-bytes' } },
    ]);
    expect(about('effective_cache_size', real, { 'target.memory-bytes': '64GB' })).toHaveLength(1);
  });

  it('speaks of TLS only when other machines can connect', () => {
    const remote = replaceSettings(real, { ssl: 'off', listen_addresses: 'localhost, 10.0.0.1' });
    expect(about('ssl', replaceSections(real, { serverSettings: remote }))).toHaveLength(1);
    const local = replaceSettings(real, { ssl: 'off', listen_addresses: 'localhost,::1' });
    expect(about('ssl', replaceSections(real, { serverSettings: local }))).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import {
  createDatabase,
  createRole,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { slotRetention } from './check.ts';

/** Private servers: a slot keeps the WAL of the whole server. */
describe.each([15, 18])('diagnose/slot-retention on PostgreSQL %i', (major) => {
  let server: TestServer;
  let db: TestDatabase;

  beforeAll(async () => {
    server = await startTestServer({ major });
    db = await createDatabase(server.major, { serverUrl: server.connectionUrl() });
  });

  afterAll(async () => {
    await db.close();
    await server.close();
  });

  it('is silent without slots, and about a slot that has reserved nothing', async () => {
    await db.query("select pg_create_physical_replication_slot('idle', false)");
    expect(await diagnoseWith(slotRetention, db)).toEqual({ findings: [], unavailable: [] });
    await db.query("select pg_drop_replication_slot('idle')");
  });

  it('mentions a slot without a reader, and grades it by what it holds (lowered thresholds)', async () => {
    await db.query("select pg_create_logical_replication_slot('gone', 'pgoutput')");
    await db.query("select pg_create_physical_replication_slot('standby_1', true)");
    await db.query("create table t as select repeat('x', 1000) from generate_series(1, 2000)");
    const small = await findingsOf(slotRetention, db);
    expect(small.map((found) => [found.subject.name, found.severity]).toSorted()).toEqual([
      ['gone', 'info'],
      ['standby_1', 'info'],
    ]);
    const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
    const { findings } = await diagnoseWith(slotRetention, db, {
      url,
      overrides: { 'diagnose.slot-retention.warning-bytes': '100kB' },
    });
    const gone = findings.find((found) => found.subject.name === 'gone');
    expect(gone).toMatchObject({
      id: 'diagnose/slot-retention',
      severity: 'warning',
      subject: { kind: 'slot', schema: '', name: 'gone' },
      evidence: { isActive: false, type: 'logical', database: db.name },
      threshold: { key: 'diagnose.slot-retention.warning-bytes', value: 102400 },
    });
    expect(gone?.title).toMatch(/^slot gone has had no reader.* holds back .* of WAL$/);
    const worst = await findingsOf(slotRetention, db, { 'diagnose.slot-retention.critical-bytes': '100kB' });
    expect(worst.map((found) => found.severity)).toEqual(['critical', 'critical']);
    for (const { remedy } of worst) {
      await db.query(remedy.match(/select pg_drop_replication_slot\('\w+'\)/)?.[0] ?? 'no SQL');
    }
    expect(await findingsOf(slotRetention, db)).toEqual([]);
  });

  it('says nothing of a reader that keeps up, is critical when WAL is lost (status replaced)', async () => {
    await db.query("select pg_create_physical_replication_slot('standby_1', true)");
    const real = await observeDatabase(db);
    const [slot] = sectionOf(real, 'slots');
    if (slot === undefined) throw new Error('no slot');
    const found = (changed: Partial<typeof slot>): readonly unknown[] =>
      diagnoseObservation(slotRetention, replaceSections(real, { slots: [{ ...slot, ...changed }] }))
        .findings;
    expect(found({ isActive: true })).toEqual([]);
    expect(found({ walStatus: 'lost', retainedBytes: null })).toMatchObject([{ severity: 'critical' }]);
    expect(found({ walStatus: 'unreserved', isActive: true })).toMatchObject([{ severity: 'warning' }]);
    expect(found({ isActive: true, retainedBytes: 20 * 1024 ** 3 })).toMatchObject([
      { severity: 'critical', title: 'slot standby_1 holds back 20 GB of WAL: its reader is behind' },
    ]);
  });
});

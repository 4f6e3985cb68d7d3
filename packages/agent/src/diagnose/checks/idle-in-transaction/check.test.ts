import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { clientFor, createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { idleInTransaction } from './check.ts';

const SOON = { 'diagnose.idle-in-transaction.warning-ms': 100 };

describe('diagnose/idle-in-transaction', () => {
  it('finds open and failed transactions that do nothing, in any database', () =>
    withDatabase((other) =>
      withDatabase(async (db) => {
        const clients = [clientFor(db.url), clientFor(db.url), clientFor(other.url), clientFor(db.url)];
        for (const client of clients) await client.connect();
        const [open, failed, elsewhere, active] = clients;
        await open?.query("begin; set local application_name = 'app \u001b[2J'; select 1 as held");
        await failed?.query('begin');
        await failed?.query('select 1 / 0').catch(() => undefined);
        await elsewhere?.query('begin; select 2');
        const busy = active?.query('begin; select pg_sleep(1); rollback');
        await db.query('select pg_sleep(0.2)');
        const findings = await findingsOf(idleInTransaction, db, SOON);
        const calm = await findingsOf(idleInTransaction, db);
        await busy;
        const pids = await Promise.all(
          [open, elsewhere].map(async (client) => {
            const rows = await client?.query<{ pid: number }>('select pg_backend_pid() as pid');
            return String(rows?.rows[0]?.pid);
          }),
        );
        for (const client of clients) await client.end();

        expect(calm).toEqual([]);
        const here = findings.filter((finding) =>
          [db.name, other.name].includes(String(finding.evidence['database'])),
        );
        expect(here).toHaveLength(3);
        expect(here.find((finding) => finding.subject.name === pids[0])).toMatchObject({
          id: 'diagnose/idle-in-transaction',
          severity: 'warning',
          subject: { kind: 'session', schema: '' },
          title: expect.stringContaining(`(process ${pids[0]}, app `),
          evidence: { lastQuery: expect.stringContaining('select 1 as held') },
          threshold: { key: 'diagnose.idle-in-transaction.warning-ms', value: 100 },
        });
        expect(here.find((finding) => finding.subject.name === pids[1])).toMatchObject({
          title: expect.stringContaining(`in database ${other.name}`),
        });
        expect(here.map((finding) => finding.evidence['state']).toSorted()).toEqual([
          'idle in transaction',
          'idle in transaction',
          'idle in transaction (aborted)',
        ]);
      }),
    ));

  it('says what a role without pg_monitor does not see', () =>
    withDatabase(async (db) => {
      const role = await createRole(db);
      expect(await diagnoseWith(idleInTransaction, db, { url: role.url })).toMatchObject({
        findings: [],
        unavailable: [{ reason: expect.stringContaining('hide their state') }],
      });
      const monitor = await createRole(db, { memberOf: ['pg_monitor'] });
      expect(await diagnoseWith(idleInTransaction, db, { url: monitor.url })).toEqual({
        findings: [],
        unavailable: [],
      });
    }));
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditReport, auditSchema } from '../../../packages/agent/src/report/index.ts';
import { clientFor, createDatabase, createRole, type TestDatabase } from '../../support/index.ts';
import { type Pooler, startPgBouncer } from '../../support/pgbouncer.ts';
import { ensureBuilt } from '../support/build.ts';
import { runCli } from '../support/cli.ts';

const QUICK = ['--json', '--quiet', '--set', 'observe.interval-ms=100'];

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await db.query(`
    create table customer (id int primary key, email text);
    create table purchase (id int primary key, customer_id int references customer);
    insert into customer select g, 'c' || g from generate_series(1, 2000) g;
    insert into purchase select g, 1 + g % 2000 from generate_series(1, 20000) g;
    create index purchase_a on purchase (customer_id);
    create index purchase_b on purchase (customer_id);
    analyze`);
}, 180_000);

afterAll(() => db.close());

/** Audits, expects a success whose blind spots all have a reason and a remedy. */
async function audit(url: string): Promise<AuditReport> {
  const result = await runCli(['audit', url, ...QUICK]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const report = auditSchema.parse(JSON.parse(result.stdout));
  for (const gap of report.unavailable) {
    expect(gap.reason, gap.id).not.toBe('');
    expect(gap.remedy, gap.id).not.toBe('');
    expect(`${gap.reason} ${gap.remedy}`, gap.id).not.toMatch(/check failed|bug/);
  }
  return report;
}

function ids(report: AuditReport): readonly string[] {
  return report.findings.map((finding) => finding.id);
}

describe('an audit is useful', () => {
  it('with pg_monitor and no SELECT on any table', async () => {
    const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
    const report = await audit(url);
    expect(ids(report)).toContain('diagnose/duplicate-index');
    expect(report.unavailable.length).toBeGreaterThan(0);
    expect(JSON.stringify(report.unavailable)).toContain('pg_read_all_data');
  });

  it('with a role that may do nothing but connect', async () => {
    const { url } = await createRole(db);
    const report = await audit(url);
    expect(ids(report)).toContain('diagnose/duplicate-index');
    expect(JSON.stringify(report.unavailable)).toContain('pg_monitor');
    const text = await runCli(['audit', url, '--set', 'observe.interval-ms=100']);
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/not checked/i);
  });

  it('without an extension, on an empty database', async () => {
    const empty = await createDatabase();
    try {
      const report = await audit(empty.url);
      expect(JSON.stringify(report.unavailable)).toContain('create extension');
      expect(report.findings.filter((finding) => finding.subject.kind === 'table')).toEqual([]);
    } finally {
      await empty.close();
    }
  });
});

describe('behind PgBouncer in transaction mode', () => {
  let pooler: Pooler;

  beforeAll(async () => {
    pooler = await startPgBouncer(db.url, { mode: 'transaction' });
  });

  afterAll(() => pooler.close());

  it('an audit works and doctor names the pooler', async () => {
    const url = pooler.through(db.url);
    expect(ids(await audit(url))).toContain('diagnose/duplicate-index');
    const doctor = await runCli(['doctor', url]);
    expect(doctor.code, doctor.stderr).toBe(0);
    expect(doctor.stdout).toContain('transaction mode');
  });
});

it('a relation under ACCESS EXCLUSIVE is named and not waited for', async () => {
  const holder = clientFor(db.url);
  await holder.connect();
  try {
    await holder.query('begin; lock table purchase in access exclusive mode');
    const result = await runCli(['audit', db.url, ...QUICK]);
    expect(result.code, result.stderr).toBe(0);
    const report = auditSchema.parse(JSON.parse(result.stdout));
    expect(report.durationMs).toBeLessThan(5_000);
    expect(JSON.stringify(report.unavailable)).toContain('purchase');
  } finally {
    await holder.end();
  }
});

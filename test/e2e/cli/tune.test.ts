import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditReport, tuneSchema } from '../../../packages/agent/src/report/index.ts';
import { createDatabase, createRole, type TestDatabase } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { expectError, runCli } from '../support/cli.ts';

const MACHINE = ['--memory', '16GB', '--cpus', '4', '--storage', 'ssd', '--observe', '1s'];

describe('tune', () => {
  let db: TestDatabase;
  /** As `pgsteward role` makes it: it reads, and no more. */
  let url: string;

  beforeAll(async () => {
    await ensureBuilt();
    db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    ({ url } = await createRole(db, { memberOf: ['pg_monitor'] }));
    // Settings of a database are this test's own on a server that others share.
    await db.query(`alter database "${db.name}" set random_page_cost = 4`);
    await db.query(`alter database "${db.name}" set effective_cache_size = '1GB'`);
  }, 180_000);

  afterAll(() => db.close());

  it('gives recommendations as text, each with basis, reason, risk and undo', async () => {
    const { code, stdout, stderr } = await runCli(['tune', url, ...MACHINE]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('16 GB of memory, 4 processors, ssd');
    expect(stdout).toContain('effective_cache_size: 1 GB → 12GB');
    expect(stdout).toContain(`alter database "${db.name}" set "effective_cache_size" = '12GB';`);
    expect(stdout).toMatch(/(low|medium|high) risk: /);
    expect(stdout).toContain('undo: ');
    expect(stdout).toContain('Pools of a PgBouncer before the server');
  });

  it('gives the same as JSON that keeps its schema, as SQL that runs, and as a file for PgBouncer', async () => {
    const json = await runCli(['tune', url, ...MACHINE, '--json', '--quiet']);
    const report = tuneSchema.parse(JSON.parse(json.stdout));
    expect(report).toMatchObject({ workload: { source: 'observed' }, machine: { storage: 'ssd', cpus: 4 } });
    const sql = await runCli(['tune', url, ...MACHINE, '--sql']);
    expect(sql.stdout).toContain('-- undo: ');
    for (const statement of sql.stdout.split('\n').filter((line) => line.startsWith('alter database'))) {
      await db.query(statement);
    }
    const [row] = await db.query(
      'select setconfig::text as config from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = $1)',
      [db.name],
    );
    expect(row?.['config']).toContain('effective_cache_size=12GB');
    const ini = await runCli(['tune', url, ...MACHINE, '--pgbouncer-ini']);
    expect(ini.stdout).toMatch(/^; pgsteward tune: /);
    expect(ini.stdout).toContain('pool_mode = transaction');
  });

  it('says what it needs to be told of the machine', async () => {
    await db.query(`alter database "${db.name}" set effective_cache_size = '1MB'`);
    const { stdout } = await runCli(['tune', url, '--observe', '0']);
    expect(stdout).toContain('machine unknown (--memory, --cpus, --storage)');
    expect(stdout).toContain('--memory 16GB, or target.memory-bytes');
  });

  it('gives one answer with the audit about a setting that somebody chose', async () => {
    await db.query(`alter database "${db.name}" set work_mem = '64kB'`);
    const text = await runCli(['tune', url, '--observe', '0']);
    expect(text.stdout).toContain('work_mem: 64 kB → 4MB');
    expect(text.stdout).not.toContain('no setting asks to be changed');
    const tuned = tuneSchema.parse(
      JSON.parse((await runCli(['tune', url, '--observe', '0', '--json'])).stdout),
    );
    const audited = JSON.parse((await runCli(['audit', url, '--json'])).stdout) as AuditReport;
    const sqlOf = (list: readonly { readonly id: string; readonly do: readonly string[] }[]) =>
      list.find(({ id }) => id === 'alter-setting/work_mem')?.do;
    expect(sqlOf(audited.proposals)).toEqual([`alter database "${db.name}" set "work_mem" = '4MB';`]);
    expect(sqlOf(tuned.recommendations)).toEqual(sqlOf(audited.proposals));
    const finding = audited.findings.find(({ subject }) => subject.name === 'work_mem');
    expect(finding?.proposals).toContain('alter-setting/work_mem');
  });

  it('refuses what is no machine', async () => {
    expectError(await runCli(['tune', url, '--storage', 'tape']), 'APP.USAGE');
    expectError(await runCli(['tune', url, '--memory', 'much']), 'SETTINGS.INVALID_VALUE');
    expectError(await runCli(['tune', url, '--observe', '2h']), 'SETTINGS.INVALID_VALUE');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoteIdentifier } from '../../../packages/agent/src/kernel/index.ts';
import { auditSchema, QUERY_ORDERS } from '../../../packages/agent/src/report/index.ts';
import {
  availableMajors,
  createDatabase,
  createRole,
  runOnce,
  serverUrl,
  type TestDatabase,
} from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { expectError, runCli } from '../support/cli.ts';

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements', 'pgstattuple'] });
  await db.query('create table visit (id int primary key, body text)');
  await db.query("insert into visit select g, repeat('x', 100) from generate_series(1, 20000) g");
  for (let call = 0; call < 5; call += 1) await db.query('select count(*) from visit where id > $1', [call]);
  await db.query('select body from visit order by body, id desc limit 5');
}, 180_000);

afterAll(() => db.close());

interface Row {
  readonly query: string;
  readonly calls: number;
  readonly totalExecMs: number;
}

async function queries(...args: readonly string[]): Promise<readonly Row[]> {
  const result = await runCli(['queries', db.url, '--json', ...args]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(result.stdout) as readonly Row[];
}

describe('queries', () => {
  it.each(QUERY_ORDERS)('--by %s', async (order) => {
    expect((await queries('--by', order)).length).toBeGreaterThan(2);
    const { code, stdout } = await runCli(['queries', db.url, '--by', order, '--no-color']);
    expect(code).toBe(0);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  it('are in the order asked for, and as many as asked for', async () => {
    const byCalls = (await queries('--by', 'calls', '--limit', '5000')).map((row) => row.calls);
    expect(byCalls).toEqual([...byCalls].sort((a, b) => b - a));
    expect(await queries('--limit', '1')).toHaveLength(1);
    expect(JSON.stringify(await queries('--limit', '5000'))).not.toContain('pgsteward:');
  });
});

describe('doctor', () => {
  it('says on a poor target what each missing piece would add', async () => {
    const poor = await createDatabase();
    try {
      const role = await createRole(poor);
      const { code, stdout } = await runCli(['doctor', role.url, '--json']);
      expect(code).toBe(0);
      const items = JSON.parse(stdout) as readonly {
        id: string;
        status: string;
        adds: string;
        remedy: string;
      }[];
      const of = (id: string): string | undefined => items.find((item) => item.id === id)?.status;
      expect(of('role/pg_monitor')).toBe('degraded');
      expect(of('extension/pg_stat_statements')).toBe('missing');
      for (const item of items) {
        expect(item.adds, item.id).not.toBe('');
        if (item.status !== 'ok') expect(item.remedy, item.id).not.toBe('');
      }
      const text = await runCli(['doctor', role.url]);
      expect(text.stdout).toContain('grant pg_monitor');
    } finally {
      await poor.close();
    }
  });

  it('is content with a rich one', async () => {
    const { code, stdout } = await runCli(['doctor', db.url, '--json']);
    expect(code).toBe(0);
    const items = JSON.parse(stdout) as readonly { id: string; status: string }[];
    for (const id of ['server', 'role/pg_monitor', 'extension/pg_stat_statements', 'extension/pgstattuple']) {
      expect(items.find((item) => item.id === id)?.status, id).toBe('ok');
    }
  });
});

describe('role --print-sql', () => {
  it('without the flag does nothing', async () => {
    expectError(await runCli(['role']), 'APP.USAGE');
  });

  it.each(availableMajors().filter((major) => major === 14 || major === 18))(
    'runs on PostgreSQL %i, and the role that it makes can audit but not write',
    async (major) => {
      const target = await createDatabase(major);
      const name = `Steward "${target.name}"`;
      try {
        await target.query('create table t (id int primary key)');
        const flags = ['--name', name, '--database', target.name, '--with-data'];
        const { code, stdout } = await runCli(['role', '--print-sql', ...flags]);
        expect(code).toBe(0);
        await target.query(stdout);
        await target.query(`alter role ${quoteIdentifier(name)} password 'made by the test'`);
        const url = new URL(target.url);
        url.username = encodeURIComponent(name);
        url.password = encodeURIComponent('made by the test');
        const audit = await runCli(['audit', url.href, '--json', '--set', 'observe.interval-ms=100']);
        expect(audit.code, audit.stderr).toBe(0);
        const report = auditSchema.parse(JSON.parse(audit.stdout));
        expect(report.target.serverVersion).toMatch(new RegExp(`^${major}\\.`));
        expect(JSON.stringify(report.unavailable)).not.toMatch(/grant pg_(monitor|read_all)/);
        await expect(runOnce(url.href, 'begin read write; insert into public.t values (1)')).rejects.toThrow(
          'permission denied',
        );
      } finally {
        await target.close();
        await runOnce(serverUrl(major), `drop role if exists ${quoteIdentifier(name)}`);
      }
    },
  );
});

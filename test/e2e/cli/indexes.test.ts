import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuditReport,
  type IndexReport,
  indexesSchema,
} from '../../../packages/agent/src/report/index.ts';
import { createDatabase, runOnce, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { expectError, runCli } from '../support/cli.ts';

const LIMIT_MS = 120_000;

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await db.query(
    `create table "Order"" Lines" (id bigint primary key, "Buyer" integer not null, status text not null, at timestamptz not null, note text) with (autovacuum_enabled = off)`,
  );
  await db.query(`insert into "Order"" Lines" select i, i % 900, case when i % 50 = 0 then 'Open' else 'Done' end,
    now() - i * interval '1 minute', repeat('x', 60) from generate_series(1, 60000) i`);
  await db.query('create table parts (id bigint, at date not null, kind integer) partition by range (at)');
  await db.query(
    `create table parts_1 partition of parts for values from ('2024-01-01') to ('2025-01-01') with (autovacuum_enabled = off)`,
  );
  await db.query(
    `create table parts_2 partition of parts for values from ('2025-01-01') to ('2026-01-01') with (autovacuum_enabled = off)`,
  );
  await db.query(
    `insert into parts select i, date '2024-01-01' + i % 700, i % 3000 from generate_series(1, 40000) i`,
  );
  await db.query(
    `create view "Recent" as select id as line, "Buyer" as who, at as moment from "Order"" Lines"`,
  );
  await db.query('create view latest as select * from "Recent"');
  // No vacuum, of this test or of the server: from when on it may mark pages as visible to all depends on the time, and an
  // index that covers a statement pays from then on.
  await db.query('analyze');
  // So many that the reads outweigh the rows loaded above, whatever time the counters of this server cover.
  for (let call = 0; call < 300; call += 1) {
    await db.query(`select id, at from "Order"" Lines" where "Buyer" = $1 order by at desc limit 10`, [call]);
    await db.query(
      `select count(*) from "Order"" Lines" where status = 'Open' and at > now() - interval '1 day'`,
    );
    await db.query('select * from parts where kind = $1', [call]);
  }
}, LIMIT_MS);

afterAll(() => db.close());

async function advise(...args: readonly string[]): Promise<IndexReport> {
  const result = await runCli(['indexes', db.url, '--json', '--time-limit', '20s', ...args]);
  expect(result).toMatchObject({ code: 0 });
  const printed: unknown = JSON.parse(result.stdout);
  const report = indexesSchema.parse(printed);
  // Every field printed is one of the published schema, and of its type.
  expect(report).toEqual(printed);
  return report;
}

describe('indexes', () => {
  it(
    'makes the statements cheap, with SQL that runs as it is and can be taken back',
    async () => {
      const report = await advise();
      expect(report.planner.provider).toBe('shadow');
      expect(report.advice.cost).toBeLessThan(report.advice.baseCost / 2);
      expect(report.advice.boundCost ?? 0).toBeLessThanOrEqual(report.advice.cost);
      const creations = report.proposals.filter((proposal) => proposal.kind === 'create-index');
      expect(creations.length).toBeGreaterThan(1);
      for (const proposal of creations)
        for (const sql of proposal.do) await runOnce(db.url, sql.replace(/;$/, ''));
      const invalid = await db.query('select indexrelid::regclass from pg_index where not indisvalid');
      expect(invalid).toEqual([]);
      const again = await advise();
      expect(again.proposals.filter((proposal) => proposal.kind === 'create-index')).toEqual([]);
      for (const proposal of creations.toReversed()) {
        for (const sql of proposal.undo) await runOnce(db.url, sql.replace(/;$/, ''));
      }
      const left = await db.query(
        `select relname from pg_class where relkind in ('i', 'I') and relname like '%\\_idx%'`,
      );
      expect(left).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'builds the index of a partitioned table part by part',
    async () => {
      const report = await advise('--format', 'json');
      const proposal = report.proposals.find((one) => one.title.includes('public.parts'));
      expect(proposal?.do.filter((sql) => sql.startsWith('create index concurrently'))).toHaveLength(2);
      expect(proposal?.do.filter((sql) => sql.includes('attach partition'))).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it(
    'keeps to the budget, the excluded tables and the statements given',
    async () => {
      const small = await advise('--budget', '500kB');
      expect(small.advice.indexes.reduce((sum, index) => sum + index.sizeBytes, 0)).toBeLessThanOrEqual(
        500 * 1024,
      );
      const excluded = await advise('--exclude', 'public.Order" Lines');
      expect(excluded.advice.indexes.map((index) => index.definition.table)).not.toContain('Order" Lines');
      const file = join(await temporaryDirectory(), 'mine.sql');
      writeFileSync(
        file,
        "-- one\nselect * from parts where id = 7;\nselect 'A;b' from parts where kind = 5;",
      );
      const own = await advise('--statements', file, '--only');
      expect(own.workload).toMatchObject({ statements: 2, sources: [file], weights: 'equal' });
      expect(own.advice.drops).toEqual([]);
      expect(own.advice.statements.map((one) => one.sql)).toContain("select 'A;b' from parts where kind = 5");
    },
    LIMIT_MS,
  );
});

describe('indexes, further', () => {
  it(
    'proposes to store an aggregate that no index makes cheap, with SQL that runs as it is',
    async () => {
      const file = join(await temporaryDirectory(), 'aggregate.sql');
      writeFileSync(
        file,
        `select "Buyer", status, count(*), max(note) from "Order"" Lines"
         where at > now() - interval '300 days' and status = 'Done' group by 1, 2 order by "Buyer"`,
      );
      const report = await advise('--statements', file, '--only');
      const proposal = report.proposals.find((one) => one.kind === 'create-materialized-view');
      const [, rewritten] = proposal?.afterwards ?? [];
      expect(report.matviews).toMatchObject([{ keyColumns: ['Buyer', 'status'], refreshEveryMs: null }]);
      const before = await db.query(
        `select count(*)::int as n from (${(report.matviews[0]?.statements[0]?.sql ?? '').replace(/;$/, '')}) s`,
      );
      for (const sql of proposal?.do ?? []) await runOnce(db.url, sql.replace(/;$/, ''));
      await runOnce(db.url, (proposal?.afterwards?.[0]?.sql ?? '').replace(/;$/, ''));
      const after = await db.query(
        `select count(*)::int as n from (${(rewritten?.sql ?? '').replace(/;$/, '')}) s`,
      );
      expect(after).toEqual(before);
      for (const sql of proposal?.undo ?? []) await runOnce(db.url, sql.replace(/;$/, ''));
    },
    LIMIT_MS,
  );

  it(
    'looks through views',
    async () => {
      const file = join(await temporaryDirectory(), 'view.sql');
      writeFileSync(file, 'select line from latest where who = 7');
      const report = await advise('--statements', file, '--only');
      expect(report.advice.indexes.map((one) => one.definition)).toMatchObject([
        { table: 'Order" Lines', keys: [{ on: { kind: 'column', name: 'Buyer' } }] },
      ]);
    },
    LIMIT_MS,
  );

  it(
    'plans from a file of statistics alone, and proposes no drops from it',
    async () => {
      const directory = await temporaryDirectory();
      const statistics = join(directory, 'statistics.json');
      expect(await runCli(['stats', 'export', db.url, '--output', statistics])).toMatchObject({ code: 0 });
      const file = join(directory, 'one.sql');
      writeFileSync(file, 'select * from parts where kind = $1');
      const result = await runCli([
        ...['indexes', '--statistics', statistics, '--statements', file, '--json', '--time-limit', '10s'],
      ]);
      expect(result).toMatchObject({ code: 0 });
      const report = JSON.parse(result.stdout) as IndexReport;
      expect(report.proposals.map((one) => one.kind)).toEqual(['create-index']);
      expectError(await runCli(['indexes', '--statistics', statistics]), 'APP.USAGE');
      expectError(await runCli(['indexes', db.url, '--statistics', statistics]), 'APP.USAGE');
      const explained = await runCli(['explain', file, '--statistics', statistics]);
      expect(explained).toMatchObject({ code: 0 });
      expect(explained.stdout).toContain('With typical values');
      const analyzed = await runCli(['explain', 'select 1', '--statistics', statistics, '--analyze']);
      expectError(analyzed, 'APP.EXPLAIN');
    },
    LIMIT_MS,
  );

  it(
    'prints a migration, Markdown, a curve and a page',
    async () => {
      const sql = await runCli(['indexes', db.url, '--format', 'sql', '--time-limit', '10s', '--quiet']);
      expect(sql).toMatchObject({ code: 0, stderr: '' });
      const bare = sql.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
      expect(bare.every((line) => /^(create index|alter index|drop index)/.test(line))).toBe(true);
      expect(sql.stdout).toContain('-- undo: drop index');
      const text = await runCli(['indexes', db.url, '--frontier', '--time-limit', '10s', '--no-color']);
      expect(text.stdout).toContain('Benefit against size');
      expect(text.stdout).toContain('█');
      const markdown = await runCli(['indexes', db.url, '--format', 'markdown', '--time-limit', '10s']);
      expect(markdown.stdout).toContain('```');
      const page = await runCli(['indexes', db.url, '--format', 'html', '--time-limit', '10s', '--quiet']);
      expect(page).toMatchObject({ code: 0, stderr: '' });
      expect(page.stdout.startsWith('<!doctype html>')).toBe(true);
      expect(page.stdout).toContain('create index concurrently');
      expect(page.stdout).toContain('id="frontier-chart-title"');
    },
    LIMIT_MS,
  );

  it(
    'says what is wrong with its input',
    async () => {
      expectError(await runCli(['indexes', db.url, '--provider', 'hypopg']), 'APP.NO_HYPOPG');
      expectError(
        await runCli(['indexes', db.url, '--statements', '/no/such/file.sql']),
        'APP.STATEMENT_FILE',
      );
      for (const budget of ['much', '-1']) {
        const wrong = await runCli(['indexes', db.url, '--budget', budget]);
        expectError(wrong, 'SETTINGS.INVALID_VALUE');
        expect(wrong.stderr).toContain('from --budget');
      }
      expectError(await runCli(['indexes', db.url, '--budget', '0']), 'APP.USAGE');
      expectError(await runCli(['indexes', db.url, '--only']), 'APP.USAGE');
      expectError(await runCli(['indexes', db.url, '--format', 'yaml']), 'APP.USAGE');
    },
    LIMIT_MS,
  );
});

describe('audit', () => {
  it(
    'carries the advised indexes and links them with the findings that they remedy',
    async () => {
      const env = { PGSTEWARD_ADVISE_INDEXES_AUDIT_TIME_LIMIT_MS: '5000' };
      const result = await runCli(['audit', db.url, '--json', '--set', 'diagnose.heavy-query.minimum-ms=1'], {
        env,
      });
      const report = JSON.parse(result.stdout) as AuditReport;
      const advised = report.proposals.filter((one) => one.effect.metric === 'workloadCost');
      expect(advised.length).toBeGreaterThan(1);
      const ids = new Set(advised.map((one) => one.id));
      const remedied = report.findings.filter((finding) => finding.proposals.some((id) => ids.has(id)));
      expect(remedied.map((finding) => finding.id)).toContain('diagnose/heavy-query');
      expect(advised.flatMap((one) => one.findings)).toContain('diagnose/heavy-query');
    },
    LIMIT_MS,
  );
});

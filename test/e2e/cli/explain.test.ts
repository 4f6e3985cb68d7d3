import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExplainReport, explainSchema } from '../../../packages/agent/src/report/index.ts';
import { createDatabase, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { expectError, runCli } from '../support/cli.ts';

const LIMIT_MS = 180_000;

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await db.query('create table visits (id integer primary key, page text not null, body text)');
  await db.query(
    `insert into visits select i, 'Page ' || i % 500, repeat('x', 80) from generate_series(1, 30000) i`,
  );
  await db.query('create index visits_page on visits (page)');
  await db.query('analyze visits');
  await db.query('select count(*) from visits where page = $1', ['Page 7']);
}, LIMIT_MS * 3);

afterAll(() => db.close());

async function explain(statement: string, ...args: readonly string[]): Promise<ExplainReport> {
  const result = await runCli(['explain', statement, db.url, '--json', ...args]);
  expect(result.stderr === '' || result.code === 0).toBe(true);
  return readReport(result.stdout);
}

/** Every field printed is one of the published schema, and of its type. */
function readReport(json: string): ExplainReport {
  const printed: unknown = JSON.parse(json);
  const report = explainSchema.parse(printed);
  expect(report).toEqual(printed);
  return report;
}

describe('explain', () => {
  it(
    'plans SQL, a file and a recorded statement alike, literals unchanged',
    async () => {
      const sql = "select count(*) from visits where page = 'Page 7'";
      const file = join(await temporaryDirectory(), 'one.sql');
      writeFileSync(file, `-- the slow one\n${sql};\n`);
      const [direct, fromFile] = [await explain(sql), await explain(file)];
      expect(direct.plan).toEqual(fromFile.plan);
      expect(JSON.stringify(direct.plan)).toContain("'Page 7'");
      const [row] = await db.query<{ id: string }>(
        "select queryid::text as id from pg_stat_statements where query like 'select count(*) from visits where page = $1%'",
      );
      const recorded = await explain(row?.id ?? '');
      expect(recorded.statement.queryId).toBe(row?.id);
      expect(recorded.plan.root.type).toBe('Aggregate');
    },
    LIMIT_MS,
  );

  it(
    'measures in a read-only transaction, and leaves nothing behind',
    async () => {
      const report = await explain('select body from visits where id < 100', '--analyze');
      expect(report.isAnalyzed).toBe(true);
      expect(report.plan.root.actualRows).toBe(99);
      expect(report.plan.root.buffers?.sharedHit).toBeGreaterThan(0);
      const given = await explain(
        'select body from visits where page = $1',
        '--analyze',
        '--param',
        'Page 9',
      );
      expect(given.plan.root.actualRows).toBe(60);
      for (const sql of [
        "insert into visits values (0, 'x', null)",
        'with gone as (delete from visits returning id) select count(*) from gone',
        'select 1; commit; delete from visits',
        "select setval('visits_id_seq', 5)",
      ]) {
        expectError(await runCli(['explain', sql, db.url, '--analyze']), 'APP.EXPLAIN');
      }
      expect(await db.query('select count(*)::int as n from visits')).toEqual([{ n: 30_000 }]);
      const slow = await runCli([
        'explain',
        'select pg_sleep(20)',
        db.url,
        '--analyze',
        '--timeout',
        '200ms',
      ]);
      expectError(slow, 'APP.EXPLAIN');
      expect(slow.stderr).toContain('timeout');
    },
    LIMIT_MS,
  );

  it(
    'supposes indexes and their absence',
    async () => {
      const sql = "select id from visits where body = 'y' and page = 'Page 3'";
      const better = await explain(sql, '--with-index', 'create index on visits (body, page)');
      expect(better.whatIf?.indexes).toMatchObject([{ isUsed: true }]);
      expect(better.whatIf?.afterCost).toBeLessThan(better.whatIf?.beforeCost ?? 0);
      const worse = await explain(sql, '--without-index', 'visits_page');
      expect(worse.whatIf?.afterCost).toBeGreaterThan(worse.whatIf?.beforeCost ?? 0);
      expect(await db.query(`select relname from pg_class where relname like 'pgsteward%'`)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'plans a statement with parameters for typical values, and names its problems',
    async () => {
      const report = await explain('select * from visits where page = $1');
      expect(report.variants.map((one) => one.values[0]?.startsWith('Page '))).toContain(true);
      const problems = await explain("select body from visits where lower(page) = 'page 7'");
      expect(problems.findings.map((one) => one.id)).toEqual(['diagnose/non-sargable-predicate']);
      const deep = await explain(
        'select id from visits order by body, id limit 10 offset 20000',
        '--analyze',
      );
      expect(deep.findings.map((one) => one.id)).toContain('diagnose/deep-offset');
      expectError(
        await runCli(['explain', 'select * from visits where page = $1', db.url, '--analyze']),
        'APP.EXPLAIN',
      );
    },
    LIMIT_MS,
  );

  it(
    'proposes statistics where a run shows that columns depend on each other',
    async () => {
      await db.query('create table places (city integer, region integer)');
      await db.query('insert into places select i % 50, i % 50 from generate_series(1, 30000) i');
      await db.query('analyze places');
      const sql = 'select * from places where city = 7 and region = 7';
      const report = await explain(sql, '--analyze');
      expect(report.findings.map((one) => one.id)).toContain('diagnose/missing-extended-statistics');
      expect(report.proposals).toMatchObject([
        { kind: 'create-statistics', findings: ['diagnose/missing-extended-statistics'] },
      ]);
      for (const step of report.proposals.flatMap((one) => one.do)) await db.query(step);
      const mended = await explain(sql, '--analyze');
      expect(mended.findings).toEqual([]);
      expect(mended.proposals).toEqual([]);
      await db.query('drop table places');
    },
    LIMIT_MS,
  );

  it(
    'compares the shadow with the target',
    async () => {
      const report = await explain("select id from visits where page = 'Page 3'", '--verify');
      expect(report.verification).toMatchObject([{ indexes: 'existing', differences: [] }]);
      const hypopg = await runCli([
        ...['explain', 'select 1', db.url, '--verify', '--with-index', 'create index on visits (body)'],
      ]);
      expectError(hypopg, 'APP.NO_HYPOPG');
    },
    LIMIT_MS,
  );
});

describe('explain, on the surface', () => {
  it(
    'draws a tree that fits, without decoration when piped',
    async () => {
      const { stdout, stderr } = await runCli([
        'explain',
        'select * from visits a join visits b using (id) order by a.body',
        db.url,
      ]);
      expect(stderr).toBe('');
      expect(stdout).toContain('└─ ');
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    },
    LIMIT_MS,
  );

  it(
    'writes one page',
    async () => {
      const file = join(await temporaryDirectory(), 'page.html');
      const sql = 'select page, count(*) from visits group by page';
      expect(await runCli(['explain', sql, db.url, '--analyze', '--html', file])).toMatchObject({
        code: 0,
        stdout: '',
      });
      const page = readFileSync(file, 'utf8');
      expect(page).toContain('Seq Scan on visits');
      const piped = await runCli(['explain', sql, db.url, '--html', '-']);
      expect(piped.stdout.startsWith('<!doctype html>')).toBe(true);
    },
    LIMIT_MS,
  );

  it(
    'says what is wrong with its input',
    async () => {
      expectError(await runCli(['explain', '12345', db.url]), 'APP.EXPLAIN');
      expectError(await runCli(['explain', 'select from from', db.url]), 'APP.EXPLAIN');
      expectError(await runCli(['explain', 'vacuum visits', db.url]), 'APP.EXPLAIN');
      expectError(
        await runCli(['explain', 'select 1', db.url, '--with-index', 'create table x ()']),
        'APP.EXPLAIN',
      );
      expectError(await runCli(['explain', 'select 1', db.url, '--timeout', 'soon']), 'APP.USAGE');
    },
    LIMIT_MS,
  );

  it(
    'says where a statement or an index is wrong, and PostgreSQL’s hint',
    async () => {
      const sql = "select *\nfrom visits\nwhere pge = 'é' and id = 1";
      const wrong = await runCli(['explain', sql, db.url]);
      expectError(wrong, 'APP.EXPLAIN');
      expect(wrong.stderr).toContain('column "pge" does not exist (line 3, column 7: pge =');
      expect(wrong.stderr).toContain('Perhaps you meant');
      const measured = await runCli(['explain', "select 'é', pge from visits", db.url, '--analyze']);
      expect(measured.stderr).toContain('(line 1, column 13: pge from visits)');
      for (const index of ['create index on visits (nothing)', 'create index on vissits (id)']) {
        const refused = await runCli(['explain', 'select 1', db.url, '--with-index', index]);
        expectError(refused, 'APP.EXPLAIN');
        expect(refused.stderr).toContain('does not exist');
      }
      for (const name of ['visits_pge', 'visits']) {
        const absent = await runCli(['explain', 'select 1', db.url, '--without-index', name]);
        expectError(absent, 'APP.EXPLAIN');
        expect(absent.stderr).toContain(`there is no index "${name}"`);
      }
    },
    LIMIT_MS,
  );
});

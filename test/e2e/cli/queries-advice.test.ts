import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMarketResearch, runWorkload } from '../../../examples/market-research/src/index.ts';
import {
  explainSchema,
  type QueryAdviceReport,
  queryAdviceSchema,
} from '../../../packages/agent/src/report/index.ts';
import { createDatabase, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { expectError, runCli } from '../support/cli.ts';

const LIMIT_MS = 180_000;

/** Statements as an application sends them, constants and all. */
const WRITTEN = `
select id, title from products where id not in (select product_id from search_clicks);
select p.id from products p where (select count(*) from product_search_results r where r.product_id = p.id) > 0;
select id from products where created_at::date = '2026-01-15';
select "worst;" from (select title as "worst;", review_count from products where review_count + 1 > 900) s;
delete from products where id not in (select product_id from search_clicks);
`;

let db: TestDatabase;
let file: string;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await createMarketResearch({ url: db.url, scale: 0.01 });
  await runWorkload({ url: db.url, sessions: 2, durationMs: 4_000 });
  file = join(await temporaryDirectory(), 'written.sql');
  writeFileSync(file, WRITTEN);
}, LIMIT_MS);

afterAll(() => db.close());

async function advise(...args: readonly string[]): Promise<QueryAdviceReport> {
  const result = await runCli(['queries', db.url, '--advice', '--json', '--limit', '60', ...args]);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  const printed: unknown = JSON.parse(result.stdout);
  const report = queryAdviceSchema.parse(printed);
  // Every field printed is one of the published schema.
  expect(report).toEqual(printed);
  return report;
}

describe('queries --advice', () => {
  it(
    'rewrites the reference workload and the statements of a file, and compares what it can',
    async () => {
      const report = await advise(
        '--check',
        '--statements',
        file,
        '--set',
        'diagnose.n-plus-one.minimum-calls=50',
      );
      const rules = new Map(
        report.statements.flatMap(({ rewrites, sql }) =>
          rewrites.map((one) => [one.rule, { ...one, from: sql }]),
        ),
      );
      expect([...rules.keys()]).toEqual(
        expect.arrayContaining([
          'rewrite/not-in',
          'rewrite/count-exists',
          'rewrite/date-range',
          'rewrite/arithmetic',
          'rewrite/offset-keyset',
          'rewrite/cte-fence',
          'rewrite/n-plus-one',
          'rewrite/implicit-cast',
          'rewrite/or-union',
        ]),
      );
      expect(rules.get('rewrite/n-plus-one')).toMatchObject({
        exactness: 'interface',
        verdict: 'not-comparable',
      });
      const checked = report.statements
        .flatMap(({ rewrites }) => rewrites)
        .filter(({ check }) => check !== null && check.label !== 'not compared');
      expect(checked.length).toBeGreaterThan(0);
      expect(checked.map(({ check }) => check?.label)).toEqual(checked.map(() => 'same result on this data'));
      expect(report.statements.map(({ sql }) => sql).filter((sql) => sql.startsWith('delete'))).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'prints text and Markdown, runs nothing unasked, and leaves the list as it was',
    async () => {
      const text = await runCli(['queries', db.url, '--advice', '--statements', file, '--no-color']);
      expect(text).toMatchObject({ code: 0 });
      expect(text.stdout).toContain('count(*) > 0 as EXISTS');
      expect(text.stdout).toMatch(/cost .+ → .+ \(.+ less\)/);
      expect(text.stdout).not.toContain('same result');
      const markdown = await runCli([
        ...[
          'queries',
          db.url,
          '--advice',
          '--check',
          '--statements',
          file,
          '--format',
          'markdown',
          '--quiet',
        ],
      ]);
      expect(markdown).toMatchObject({ code: 0, stderr: '' });
      expect(markdown.stdout).toContain('```sql');
      expect(markdown.stdout).toContain('same result on this data');
      const list = await runCli(['queries', db.url, '--json', '--limit', '3']);
      expect(JSON.parse(list.stdout)).toHaveLength(3);
    },
    LIMIT_MS,
  );

  it(
    'says what is wrong with its input',
    async () => {
      expectError(await runCli(['queries', db.url, '--check']), 'APP.USAGE');
      expectError(await runCli(['queries', db.url, '--statements', file]), 'APP.USAGE');
      expectError(
        await runCli(['queries', db.url, '--advice', '--statements', '/no/such/file.sql']),
        'APP.STATEMENT_FILE',
      );
    },
    LIMIT_MS,
  );
});

describe('explain', () => {
  it(
    'shows a rewrite that the target plans cheaper',
    async () => {
      const sql =
        'select p.id from products p where (select count(*) from product_search_results r where r.product_id = p.id) > 0';
      const result = await runCli(['explain', sql, db.url, '--json']);
      const report = explainSchema.parse(JSON.parse(result.stdout));
      expect(report.rewrites.map(({ rule }) => rule)).toContain('rewrite/count-exists');
      const text = await runCli(['explain', sql, db.url, '--no-color']);
      expect(text.stdout).toContain('Written otherwise');
      const page = await runCli(['explain', sql, db.url, '--html', '-', '--quiet']);
      expect(page.stdout).toContain('id="rewrites"');
    },
    LIMIT_MS,
  );
});

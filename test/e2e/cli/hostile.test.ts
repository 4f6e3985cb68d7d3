import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditReport, auditSchema } from '../../../packages/agent/src/report/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { ESCAPE, runCli } from '../support/cli.ts';

const NAMES = [
  'a;b"c',
  '<script>alert(1)</script>',
  `${ESCAPE}[31mred${ESCAPE}]0;title\u0007`,
  'line\nbreak\r\n| cell |',
  '`code` [x](javascript:alert(1)) <img src=x onerror=alert(1)>',
  `ü${'語'.repeat(20)}`,
  "it's $1 %s {x} \\",
];

let db: TestDatabase;
let report: AuditReport;

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { name: 'shop "<script>\n', extensions: ['pg_stat_statements'] });
  for (const [index, name] of NAMES.entries()) {
    const table = identifier(name);
    const column = identifier(`${name.slice(0, 15)} c`);
    await db.query(`create table ${table} (id int primary key, ${column} json)`);
    await db.query(`insert into ${table} select g from generate_series(1, 3000) g`);
    await db.query(`create index ${identifier(`${index} a ${name.slice(0, 15)}`)} on ${table} (id)`);
    await db.query(`create index ${identifier(`${index} b ${name.slice(0, 15)}`)} on ${table} (id)`);
    await db.query(
      `select /* <script>alert(2)</script> ${ESCAPE}[31m */ count(*) from ${table}, pg_sleep(0.01)`,
    );
  }
  await db.query(`select 1 as wide /* ${'x'.repeat(1_000_000)} */`);
  await db.query('analyze');
}, 180_000);

afterAll(() => db.close());

async function render(...args: readonly string[]): Promise<string> {
  const noisy = ['--set', 'diagnose.slow-query.mean-ms=1', '--set', 'observe.interval-ms=100'];
  const result = await runCli(['audit', db.url, '--quiet', ...noisy, ...args]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout;
}

/** What would move the cursor, colour the text or forge a line. */
function controlsOf(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  return text.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g) ?? [];
}

describe('hostile names and statements', () => {
  it('stand in the JSON as they are, and in SQL quoted', async () => {
    report = auditSchema.parse(JSON.parse(await render('--json')));
    const found = report.findings.filter((finding) => finding.id === 'diagnose/duplicate-index');
    const names = new Set(found.map((finding) => finding.subject.name));
    for (const [index, name] of NAMES.entries()) {
      expect(
        names.has(`${index} a ${name.slice(0, 15)}`) || names.has(`${index} b ${name.slice(0, 15)}`),
        name,
      ).toBe(true);
    }
    const sql = report.proposals.flatMap((proposal) => proposal.do);
    const quoted = sql.filter((text) => NAMES.some((name) => text.includes(identifier(name).slice(1, 12))));
    expect(quoted.length).toBeGreaterThan(0);
  });

  it('proposals for them run', async () => {
    const drops = report.proposals.filter((proposal) => proposal.kind === 'drop-index');
    expect(drops.length).toBeGreaterThan(0);
    for (const drop of drops) {
      for (const sql of [...drop.do, ...drop.undo]) await db.query(sql);
    }
  });

  it('in the text hold no control character', async () => {
    const text = await render('--verbose');
    expect(controlsOf(text)).toEqual([]);
    expect(text).toContain('語');
  });

  it('in Markdown are neither markup nor table cells', async () => {
    const text = await render('--format', 'markdown', '--verbose');
    expect(controlsOf(text)).toEqual([]);
    const prose = text
      .replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '')
      .replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(prose).not.toMatch(/(?<!\\)<(script|img)/);
    expect(prose).not.toMatch(/(?<!\\)\]\(javascript:/);
  });

  it('in the page are text', async () => {
    const page = await render('--format', 'html', '--verbose');
    expect(controlsOf(page)).toEqual([]);
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|<img|href="javascript:/i);
    expect(page).toMatch(/<meta http-equiv="Content-Security-Policy"/);
    expect(openTags(page)).toEqual([]);
    expect(page.match(/<[a-z][^>]*\son\w+=[^>]*>/gi)).toBeNull();
  });

  it.each([['queries'], ['doctor']])('%s shows them without a control character', async (command) => {
    const result = await runCli([command, db.url, '--quiet']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(controlsOf(result.stdout)).toEqual([]);
  });
});

const VOID = ['meta', 'br', 'hr', 'img', 'link', 'input', 'col', 'rect', 'line', 'path', 'circle', 'use'];

/** Tags that are opened and not closed, or closed in the wrong order. */
function openTags(page: string): readonly string[] {
  const open: string[] = [];
  for (const [tag, slash, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b(?:"[^"]*"|[^">])*>/gi)) {
    if (slash === '/') {
      if (open.at(-1) === name) open.pop();
      else open.push(tag);
    } else if (!tag.endsWith('/>') && !VOID.includes(name.toLowerCase())) open.push(name);
  }
  return open;
}

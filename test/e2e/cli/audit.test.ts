import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditReport, auditSchema } from '../../../packages/agent/src/report/index.ts';
import { createDatabase, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt, REPOSITORY } from '../support/build.ts';
import { type CliResult, ESCAPE, ownSessions, runCli } from '../support/cli.ts';

const COMMANDS = ['demo', 'audit', 'queries', 'doctor', 'role', 'config'] as const;
const QUICK = ['--set', 'observe.interval-ms=100'];

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await db.query(`
    create table customer (id int primary key, email text);
    create table purchase (id int primary key, customer_id int references customer);
    insert into customer select g, 'c' || g from generate_series(1, 5000) g;
    insert into purchase select g, 1 + g % 5000 from generate_series(1, 60000) g;
    create index purchase_a on purchase (customer_id);
    create index purchase_b on purchase (customer_id);
    create sequence nearly_out as smallint; select setval('nearly_out', 30000);
    analyze`);
}, 180_000);

afterAll(() => db.close());

function audit(...args: readonly string[]): Promise<CliResult> {
  return runCli(['audit', db.url, ...QUICK, ...args]);
}

function reportOf(result: CliResult): AuditReport {
  expect(result.code, result.stderr).toBe(0);
  return auditSchema.parse(JSON.parse(result.stdout));
}

describe('audit writes', () => {
  it('a text report without decoration when piped', async () => {
    const { code, stdout, stderr } = await audit();
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('purchase_b duplicates');
    expect(stdout + stderr).not.toContain(ESCAPE);
    expect(stdout + stderr).not.toContain('\r');
    expect(stderr).toBe('');
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  it('JSON that fits its schema, with the fields of the contract and no other', async () => {
    const result = await audit('--json');
    expect(result.stderr).toBe('');
    const report = reportOf(result);
    expect(report.schema).toBe('pgsteward/audit@1');
    expect(Object.keys(report)).toEqual([
      'schema',
      'target',
      'startedAt',
      'durationMs',
      'selfLoad',
      'findings',
      'proposals',
      'objectives',
      'unavailable',
    ]);
    expect(Object.keys(report.target)).toEqual(['name', 'serverVersion', 'database']);
    expect(report.target.database).toBe(db.name);
    expect(report.target.serverVersion).toMatch(/^18\.\d+/);
    expect(Object.keys(report.selfLoad)).toEqual(['statements', 'databaseMs']);
    expect(report.selfLoad.statements).toBeGreaterThan(10);
    expect(new Date(report.startedAt).toISOString()).toBe(report.startedAt);
    expect(report.durationMs).toBeGreaterThanOrEqual(100);
    for (const objective of report.objectives)
      expect(Object.keys(objective)).toEqual(['id', 'target', 'actual', 'unit', 'met', 'method']);
    for (const gap of report.unavailable) expect(Object.keys(gap).sort()).toEqual(['id', 'reason', 'remedy']);
  });

  it('findings with evidence, threshold and docs, and proposals that refer to each other', async () => {
    const report = reportOf(await audit('--json'));
    const ids = report.findings.map((finding) => finding.id);
    expect(ids).toContain('diagnose/duplicate-index');
    expect(ids).toContain('diagnose/sequence-exhaustion');
    for (const finding of report.findings) {
      expect(finding.id).toMatch(/^diagnose\/[a-z0-9-]+$/);
      expect(finding.threshold.key, finding.id).not.toBe('');
      expect(Object.keys(finding.evidence).length, finding.id).toBeGreaterThan(0);
      for (const [key, value] of Object.entries(finding.evidence))
        if (key.endsWith('Ratio') && typeof value === 'number')
          expect(value, `${finding.id} ${key}`).toBeLessThanOrEqual(1);
      expect(await readFile(join(REPOSITORY, finding.docs.replace(/#.*/, '')), 'utf8'), finding.id).toContain(
        finding.id,
      );
    }
    const severities = report.findings.map((finding) =>
      ['critical', 'warning', 'info'].indexOf(finding.severity),
    );
    expect(severities).toEqual([...severities].sort());
    const proposals = new Map(report.proposals.map((proposal) => [proposal.id, proposal]));
    expect(proposals.size).toBe(report.proposals.length);
    expect(proposals.size).toBeGreaterThan(0);
    for (const finding of report.findings)
      for (const id of finding.proposals) expect(proposals.get(id)?.findings).toContain(finding.id);
    for (const proposal of report.proposals) {
      expect(proposal.do.length, proposal.id).toBeGreaterThan(0);
      expect(Object.keys(proposal.effect)).toEqual(['metric', 'before', 'after', 'unit', 'method']);
    }
  });

  it('Markdown and one self-contained page', async () => {
    const [markdown, html] = await Promise.all([audit('--format', 'markdown'), audit('--format', 'html')]);
    expect(markdown.code, markdown.stderr).toBe(0);
    expect(markdown.stdout).toMatch(/^# /m);
    expect(html.code, html.stderr).toBe(0);
    expect(html.stdout).toMatch(/^<!doctype html>/i);
    expect(html.stdout).toMatch(/http-equiv="Content-Security-Policy" content="default-src 'none'/);
    expect(html.stdout).not.toMatch(/<script|src="http|<link/i);
  });

  it('to a file, and says so', async () => {
    const file = join(await temporaryDirectory(), 'report.json');
    const result = await audit('--format', 'json', '--output', file);
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toContain(file);
    auditSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const quiet = await audit('--json', '--quiet', '--output', file);
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const refused = await audit('--output', '/no/such/directory/report');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('(APP.OUTPUT_FILE)');
  });

  it('no colour with NO_COLOR, even where colour is forced', async () => {
    const args = ['audit', db.url, ...QUICK];
    const result = await runCli(args, { env: { NO_COLOR: '1', FORCE_COLOR: '1' } });
    expect(result.code).toBe(0);
    expect(result.stdout + result.stderr).not.toContain(ESCAPE);
  });

  it('and leaves no session behind', async () => {
    await audit('--quiet');
    expect(await ownSessions(db.url)).toBe(0);
  });
});

describe('the exit code of audit', () => {
  it('is 4 when a finding is at least as severe as --fail-on, and the report is still there', async () => {
    const result = await audit('--fail-on', 'warning', '--json');
    expect(result.code).toBe(4);
    expect(auditSchema.parse(JSON.parse(result.stdout)).findings.length).toBeGreaterThan(0);
  });

  it('is 0 when none is', async () => {
    const only = ['--set', 'diagnose.sequence-exhaustion.critical-ratio=0.99'];
    const report = reportOf(await audit('--json', ...only));
    const hasCritical = report.findings.some((finding) => finding.severity === 'critical');
    expect((await audit('--fail-on', 'critical', '--quiet', ...only)).code).toBe(hasCritical ? 4 : 0);
  });
});

describe('the command line refuses', () => {
  it.each([
    [['audit', '--format', 'yaml'], 'text, json, markdown, html'],
    [['audit', '--fail-on', 'bad'], 'critical, warning, info'],
    [['audit', '--nonsense'], "unknown option '--nonsense'"],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['audit', 'postgres://h/d', 'extra'], 'too many arguments'],
    [['audit', '--set', 'nonsense'], '--set takes key=value'],
    [['queries', '--by', 'beauty'], 'pgsteward queries --help'],
    [['queries', '--limit', '0'], '--limit takes a whole number from 1'],
    [['queries', '--limit', 'ten'], '--limit takes a whole number'],
    [['demo', '--scale', '0'], '--scale takes a number above 0'],
    [['demo', '--format', 'pdf'], 'pgsteward demo --help'],
    [['demo', '--sessions', '1.5'], '--sessions takes a whole number'],
    [['role'], '--print-sql'],
    [['config', 'no-such-key'], 'no setting contains'],
    [['audit', 'mysql://h/d'], 'postgres://'],
  ])('%j', async (args, message) => {
    const result = await runCli(args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});

describe('help', () => {
  it.each(COMMANDS)('of %s goes to stdout', async (command) => {
    const result = await runCli([command, '--help']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(`Usage: pgsteward ${command}`);
  });

  it('of the whole names every command', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command} `);
  });

  it('the version is that of the package', async () => {
    const file = join(REPOSITORY, 'packages', 'agent', 'package.json');
    const { version } = JSON.parse(await readFile(file, 'utf8')) as { readonly version: string };
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

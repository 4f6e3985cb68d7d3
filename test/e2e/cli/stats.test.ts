import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase, temporaryDirectory, useIndexes } from '../../support/index.ts';
import { ensureBuilt, REPOSITORY } from '../support/build.ts';
import { ESCAPE, ownSessions, runCli } from '../support/cli.ts';

let db: TestDatabase;
let directory: string;

beforeAll(async () => {
  await ensureBuilt();
  directory = await temporaryDirectory();
  db = await createDatabase(18);
  await db.query(`
    create table client (id int primary key, name text);
    insert into client select i, 'hush' || i % 5 from generate_series(1, 2000) i;
    analyze`);
  await useIndexes(db);
}, 180_000);

afterAll(() => db.close());

describe('stats export', () => {
  it('writes a private file, says on stderr that it holds values, and counts what is in it', async () => {
    const file = join(directory, 'app.json.gz');
    const { code, stdout, stderr } = await runCli(['stats', 'export', db.url, '--output', file]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('statistics hold values of rows');
    expect(stdout).toContain('1 table, 1 index');
    expect(stdout + stderr).not.toContain(ESCAPE);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const shown = await runCli(['stats', 'show', file, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      file,
      columnsCount: 2,
      extremesCount: 1,
      isRedacted: false,
    });
    expect(shown.stderr).toBe('');
    expect(await ownSessions(db.url)).toBe(0);
  });

  it('leaves values out with --redact, and says what that costs', async () => {
    const file = join(directory, 'redacted.json');
    const { code, stdout, stderr } = await runCli([
      'stats',
      'export',
      db.url,
      '--output',
      file,
      '--redact',
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ isRedacted: true, gaps: [{ id: 'whatif/redacted' }] });
    expect(await readFile(file, 'utf8')).not.toContain('hush');
  });

  it('is quiet when told so', async () => {
    const file = join(directory, 'quiet.json');
    const { stderr } = await runCli(['stats', 'export', db.url, '--output', file, '--quiet']);
    expect(stderr).toBe('');
  });
});

describe('stats refuses', () => {
  it.each([
    [['stats', 'export', 'URL', '--output', '/no/such/folder/x.json'], 'WHATIF.FILE_UNWRITABLE'],
    [['stats', 'show', '/no/such/file.json'], 'WHATIF.FILE_UNREADABLE'],
    [['stats', 'show', join(REPOSITORY, 'package.json')], 'WHATIF.FILE_WRONG'],
    [['stats', 'export', 'URL'], '--output'],
    [['stats', 'erase'], 'unknown command'],
  ])('%j', async (args, expected) => {
    const { code, stdout, stderr } = await runCli(args.map((arg) => (arg === 'URL' ? db.url : arg)));
    expect(code, stderr).toBe(2);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
  });
});

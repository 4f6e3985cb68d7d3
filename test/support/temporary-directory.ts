import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../packages/agent/src/kernel/index.ts';
import { stopAbandoned } from '../../packages/agent/src/postgres/embedded/index.ts';

const PREFIX = 'pgsteward-test-';
/** Tells the worker processes where the run's directory is. */
const ROOT_VARIABLE = 'PGSTEWARD_TEST_ROOT';
/** Holds the id of the process that owns the run. */
const OWNER_FILE = 'owner.pid';
/** A directory this young may belong to a run that has not yet written its owner file. */
const SETTLED_AFTER_MS = 10_000;

/** Makes the directory of this whole run, below which every test's directory lies. */
export async function openRunDirectory(): Promise<string> {
  const root = await passable(await mkdtemp(join(tmpdir(), PREFIX)));
  await writeFile(join(root, OWNER_FILE), String(process.pid));
  process.env[ROOT_VARIABLE] = root;
  return root;
}

/** Makes a directory that a server of another account can pass through; it goes with the run. */
export async function temporaryDirectory(): Promise<string> {
  const root = process.env[ROOT_VARIABLE] ?? tmpdir();
  return passable(await mkdtemp(join(root, PREFIX)));
}

/** Gives the directory for copies of the server programs, shared by the tests of a run. */
export async function binariesDirectory(): Promise<string> {
  const directory = join(process.env[ROOT_VARIABLE] ?? tmpdir(), 'binaries');
  await mkdir(directory, { recursive: true });
  return passable(directory);
}

/** A run that was killed with SIGKILL leaves servers and directories; the next run clears them away. */
export async function removeAbandonedRuns(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const root of names.map((name) => join(tmpdir(), name))) {
    if (await isOwned(root)) continue;
    for (const entry of await readdir(root)) await stopAbandoned(join(root, entry), systemClock);
    await rm(root, { recursive: true, force: true });
  }
}

async function isOwned(root: string): Promise<boolean> {
  try {
    process.kill(Number(readFileSync(join(root, OWNER_FILE), 'utf8')), 0);
    return true;
  } catch {
    const { mtimeMs } = await stat(root);
    return Date.now() - mtimeMs < SETTLED_AFTER_MS;
  }
}

async function passable(directory: string): Promise<string> {
  await chmod(directory, 0o711);
  return directory;
}

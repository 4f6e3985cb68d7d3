import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../packages/agent/src/kernel/index.ts';
import { stopAbandoned } from '../../packages/agent/src/postgres/embedded/index.ts';

const PREFIX = 'pgsteward-test-';
/** Memory where there is enough: test data is written once, read once and thrown away. */
const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 4 * 1024 ** 3;
/** Tells the worker processes where the run's directory is. */
const ROOT_VARIABLE = 'PGSTEWARD_TEST_ROOT';
/** Holds the id of the process that owns the run. */
const OWNER_FILE = 'owner.pid';
/** A directory this young that names no owner may belong to a live run. */
const SETTLED_AFTER_MS = 600_000;

/** Makes the directory of this whole run, below which every test's directory lies. */
export async function openRunDirectory(): Promise<string> {
  const place = (await freeBytes(MEMORY)) >= ENOUGH_BYTES ? MEMORY : tmpdir();
  const root = await passable(await mkdtemp(join(place, PREFIX)));
  await writeFile(join(root, OWNER_FILE), String(process.pid));
  process.env[ROOT_VARIABLE] = root;
  return root;
}

/**
 * Makes a directory that a server of another account can pass through; it goes with the run.
 * @param parent for what must lie elsewhere, on a disk that takes programs; then the caller removes it
 */
export async function temporaryDirectory(parent?: string): Promise<string> {
  const root = parent ?? process.env[ROOT_VARIABLE] ?? tmpdir();
  return passable(await mkdtemp(join(root, PREFIX)));
}

/** A run that was killed with SIGKILL leaves servers and directories; the next run clears them away. */
export async function removeAbandonedRuns(): Promise<void> {
  for (const place of [MEMORY, tmpdir()]) {
    const names = (await readdir(place).catch(() => [])).filter((name) => name.startsWith(PREFIX));
    for (const root of names.map((name) => join(place, name))) {
      if (await isOwned(root)) continue;
      for (const entry of await readdir(root)) await stopAbandoned(join(root, entry), systemClock);
      await rm(root, { recursive: true, force: true });
    }
  }
}

async function freeBytes(place: string): Promise<number> {
  return statfs(place).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
}

async function isOwned(root: string): Promise<boolean> {
  try {
    const owner = Number(readFileSync(join(root, OWNER_FILE), 'utf8'));
    return existsSync('/proc') ? existsSync(`/proc/${owner}`) : process.kill(owner, 0);
  } catch {
    // Another run may have just removed it.
    const madeMs = await stat(root).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    return Date.now() - madeMs < SETTLED_AFTER_MS;
  }
}

async function passable(directory: string): Promise<string> {
  await chmod(directory, 0o711);
  return directory;
}

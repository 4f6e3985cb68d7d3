import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Root of the workspace. */
export const REPOSITORY: string = join(import.meta.dirname, '..', '..', '..');

const LOCK = join(REPOSITORY, 'node_modules', '.cache', 'pgsteward-e2e-build.lock');
/** Longer than any build takes: whoever holds the lock then was killed. */
const STALE_AFTER_MS = 120_000;
const POLL_MS = 100;

let building: Promise<void> | null = null;

/**
 * Compiles the packages when a source is newer; one test process at a time, for both write the same files.
 * PGSTEWARD_TEST_BUILT=1 takes what is there.
 */
export function ensureBuilt(): Promise<void> {
  const { PGSTEWARD_TEST_BUILT: isBuilt } = process.env;
  building ??= isBuilt === '1' ? Promise.resolve() : build();
  return building;
}

async function build(): Promise<void> {
  mkdirSync(dirname(LOCK), { recursive: true });
  while (!tryLock()) await sleep(POLL_MS);
  try {
    const script = "import { build } from './scripts/workspace.mjs'; build();";
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: REPOSITORY,
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new Error(`the build failed:\n${result.stderr}`);
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

function tryLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    const ageMs = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (ageMs > STALE_AFTER_MS) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}

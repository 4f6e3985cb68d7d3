import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, InternalError } from '../../kernel/index.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import { isAlive, startMark } from './processes.ts';

/** Proof that this process alone uses a directory. */
export interface DirectoryLock {
  /** Gives the directory up; safe in an exit handler, which cannot wait. */
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** See `startMark`: tells the holder from a later process with the same id. */
  readonly startMark: string | null;
  readonly token: string;
}

/**
 * Takes a directory for this process. A lock whose holder died is replaced.
 * @throws EMBEDDED.DIRECTORY_IN_USE while another agent (or this one) holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = join(directory, 'agent.lock');
  const mine: Holder = { pid: process.pid, startMark: startMark(process.pid), token: randomUUID() };
  const draft = `${file}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (await tryLink(draft, file)) return { release: () => release(file, mine) };
      const holder = readHolder(file);
      if (holder !== null && isHeld(holder)) {
        throw failure(EMBEDDED_ERRORS.DIRECTORY_IN_USE, { directory, pid: holder.pid });
      }
      await removeStale(file, holder);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new InternalError(`the lock of ${directory} changed hands ten times`);
}

/** Whether a live agent holds the directory. */
export function isDirectoryInUse(directory: string): boolean {
  const holder = readHolder(join(directory, 'agent.lock'));
  return holder !== null && isHeld(holder);
}

/** A hard link appears whole or not at all, and never replaces what is there. */
async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a stale lock aside and looks again: a quicker agent may have replaced it meanwhile. */
async function removeStale(file: string, stale: Holder | null): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved?.token !== stale?.token) await tryLink(aside, file);
  await rm(aside, { force: true });
}

function release(file: string, mine: Holder): void {
  if (readHolder(file)?.token === mine.token) rmSync(file, { force: true });
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function isHeld(holder: Holder): boolean {
  return isAlive(holder.pid) && startMark(holder.pid) === holder.startMark;
}

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failure } from '../../kernel/index.ts';
import { programPath } from './binaries.ts';
import { makeReachable } from './directories.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import { serverEnvironment } from './processes.ts';
import type { EmbeddedBinaries, ServerAccount } from './types.ts';

/**
 * Makes the programs runnable for an account. npm packages cannot hold symbolic links, so the links between
 * the libraries are made here (the package's own install script is often switched off); where the package
 * lies on a read-only disk or under a directory that the account cannot enter, a copy is run instead.
 * @param copies directory for such copies, shared by all servers
 * @throws EMBEDDED.BINARY_UNUSABLE when neither runs
 */
export async function usableBinaries(
  binaries: EmbeddedBinaries,
  account: ServerAccount | null,
  copies: string,
): Promise<EmbeddedBinaries> {
  const areLinked = await linkLibraries(binaries.nativeDirectory);
  if (areLinked && probe(binaries, account) === null) return binaries;
  const copy = { ...binaries, nativeDirectory: join(copies, copyName(binaries)) };
  if (!(await exists(copy.nativeDirectory))) {
    await copyNative(binaries.nativeDirectory, copy.nativeDirectory, account);
  }
  const reason = probe(copy, account);
  if (reason === null) return copy;
  throw failure(EMBEDDED_ERRORS.BINARY_UNUSABLE, { directory: binaries.nativeDirectory, reason });
}

/** Makes the links that are missing; false when one could not be made. Concurrent starts do no harm. */
async function linkLibraries(nativeDirectory: string): Promise<boolean> {
  const list = await readFile(join(nativeDirectory, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const place = join(nativeDirectory, target.replace(/^native\//, ''));
    try {
      await symlink(basename(source), place);
    } catch {
      if (!(await exists(place))) return false;
    }
  }
  return true;
}

/** Runs `postgres --version`: null when it works, what went wrong otherwise. */
function probe(binaries: EmbeddedBinaries, account: ServerAccount | null): string | null {
  const run = spawnSync(programPath(binaries, 'postgres'), ['--version'], {
    cwd: '/',
    env: serverEnvironment(),
    encoding: 'utf8',
    timeout: 10_000,
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  });
  if (run.status === 0) return null;
  return run.error === undefined
    ? run.stderr.trim() || `it ended with ${run.signal ?? run.status}`
    : run.error.message;
}

function copyName(binaries: EmbeddedBinaries): string {
  return `${binaries.packageName.replace(/^.*\//, '')}-${binaries.packageVersion}`;
}

/** Copies under a private name first, so that a copy that was cut short is never run. */
async function copyNative(from: string, to: string, account: ServerAccount | null): Promise<void> {
  await makeReachable(dirname(to), account);
  const draft = `${to}.${randomUUID()}`;
  await mkdir(draft);
  await cp(from, draft, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  await linkLibraries(draft);
  await openToAll(draft);
  try {
    await rename(draft, to);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(to))) throw cause;
  }
}

/** npm under a strict umask leaves files that only their owner can read. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(directory) === 'bin' ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

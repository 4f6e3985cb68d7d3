import { chmod, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { failure } from '../../kernel/index.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import type { ServerAccount } from './types.ts';

/** Where pgsteward keeps what outlives a run, and which rule chose the place. */
export interface StateDirectory {
  readonly path: string;
  /** For a person: `PGSTEWARD_STATE_DIR is set`. */
  readonly why: string;
}

/**
 * Chooses the state directory: PGSTEWARD_STATE_DIR, else the platform's convention. Root's own home is
 * closed to the account that the server runs under, so root gets the system's place for state.
 * @param environment variables to read, the process's own by default
 * @source XDG Base Directory Specification (XDG_STATE_HOME); Filesystem Hierarchy Standard 5.8 (/var/lib)
 */
export function defaultStateDirectory(environment: NodeJS.ProcessEnv = process.env): StateDirectory {
  const { PGSTEWARD_STATE_DIR: own, XDG_STATE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (own !== undefined && own !== '') return { path: resolve(own), why: 'PGSTEWARD_STATE_DIR is set' };
  if (process.platform === 'win32') {
    return {
      path: join(local ?? join(homedir(), 'AppData', 'Local'), 'pgsteward'),
      why: 'the default on Windows',
    };
  }
  if (process.getuid?.() === 0) {
    return {
      path: '/var/lib/pgsteward',
      why: "the default for root, whose home is closed to the server's own account",
    };
  }
  if (xdg !== undefined && xdg !== '') return { path: join(xdg, 'pgsteward'), why: 'XDG_STATE_HOME is set' };
  if (process.platform === 'darwin') {
    return {
      path: join(homedir(), 'Library', 'Application Support', 'pgsteward'),
      why: 'the default on macOS',
    };
  }
  return { path: join(homedir(), '.local', 'state', 'pgsteward'), why: 'the default' };
}

/**
 * Makes a directory and its missing parents: private, or open to passing through when a server of another
 * account has to reach what lies inside.
 * @throws EMBEDDED.DIRECTORY_UNUSABLE when it cannot be made or the account cannot reach it
 */
export async function makeReachable(directory: string, account: ServerAccount | null): Promise<void> {
  const barrier = account === null ? null : await firstClosed(resolve(directory), account);
  if (barrier !== null && account !== null) {
    const reason = `PostgreSQL refuses to run as root, so it runs as "${account.name}", which may not pass through "${barrier}"`;
    throw failure(EMBEDDED_ERRORS.DIRECTORY_UNUSABLE, { directory, reason });
  }
  try {
    await makeMissing(resolve(directory), account === null ? 0o700 : 0o711);
  } catch (cause) {
    const { message } = cause as Error;
    throw failure(EMBEDDED_ERRORS.DIRECTORY_UNUSABLE, { directory, reason: message }, cause);
  }
}

async function makeMissing(directory: string, mode: number): Promise<void> {
  const isThere = await stat(directory).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isThere) return;
  if (dirname(directory) !== directory) await makeMissing(dirname(directory), mode);
  await mkdir(directory).then(
    () => chmod(directory, mode),
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/** The outermost directory on the way that is there and that the account may not pass through, by its mode. */
async function firstClosed(directory: string, account: ServerAccount): Promise<string | null> {
  const above = dirname(directory) === directory ? null : await firstClosed(dirname(directory), account);
  if (above !== null) return above;
  const entry = await stat(directory).catch(() => null);
  if (entry === null) return null;
  const { mode, uid, gid } = entry;
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & bit) === 0 ? directory : null;
}

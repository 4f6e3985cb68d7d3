import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverUrl } from './configuration.ts';
import { isDirectoryInUse } from './directory-lock.ts';

/** Line of `postmaster.pid` that holds the port. @source src/include/utils/pidfile.h, LOCK_FILE_LINE_PORT */
const PORT_LINE = 4;

/**
 * Gives the URL of a database of the server that another agent runs in a directory.
 * @returns null while none does
 */
export async function runningUrl(directory: string, database: string): Promise<string | null> {
  if (!isDirectoryInUse(directory)) return null;
  try {
    const lines = (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n');
    const port = Number.parseInt(lines[PORT_LINE - 1] ?? '', 10);
    const password = await readFile(join(directory, 'password'), 'utf8');
    return Number.isInteger(port) ? serverUrl(port, password, database) : null;
  } catch {
    // It is being started or stopped just now.
    return null;
  }
}

import { constants, realpathSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Clock, failure } from '../../kernel/index.ts';
import { isDirectoryInUse } from './directory-lock.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import { commandLine, isAlive, processesIn } from './processes.ts';

/** How long each signal is given, in milliseconds, before the next and harsher one. */
const ESCALATION: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];
const POLL_MS = 10;

/** More than any process id that a system hands out. */
const NO_PROCESS = 2_147_483_647;

/**
 * Clears what a killed agent or server left in a data directory: stops the server that outlived its agent and
 * the sessions that outlived their server. A pid file whose process is dead is PostgreSQL's own to judge, for
 * it also holds the shared memory that old sessions may still write to. Only where that id now belongs to
 * another program, which would block the start for ever, is it replaced, and the rest of the file kept.
 * @source src/backend/utils/init/miscinit.c, CreateLockFile
 * @throws EMBEDDED.ORPHAN_UNSTOPPABLE
 */
export async function clearLeftovers(dataDirectory: string, clock: Clock): Promise<void> {
  const pidFile = join(dataDirectory, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Math.abs(Number.parseInt(text, 10));
  if (Number.isNaN(pid)) return;
  if (isAlive(pid) && isServerOf(pid, dataDirectory)) await stopOrThrow(pid, dataDirectory, clock);
  else if (isAlive(pid)) await forgetProcess(pidFile, text);
  await Promise.all(
    processesIn(real(dataDirectory))
      .filter((child) => commandLine(child)[0]?.startsWith('postgres:') === true)
      .map((child) => stopOrThrow(child, dataDirectory, clock)),
  );
}

async function stopOrThrow(pid: number, directory: string, clock: Clock): Promise<void> {
  if (await stopProcess(pid, clock)) return;
  throw failure(EMBEDDED_ERRORS.ORPHAN_UNSTOPPABLE, { directory, pid });
}

async function forgetProcess(pidFile: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
  const handle = await open(pidFile, flags);
  await handle.writeFile(text.replace(/^.*/, String(NO_PROCESS)));
  await handle.close();
}

/**
 * Stops the server of a directory whose agent is dead.
 * @param directory as given to `startEmbedded`
 * @returns false when a live agent uses the directory, so that nothing was touched
 */
export async function stopAbandoned(directory: string, clock: Clock): Promise<boolean> {
  if (isDirectoryInUse(directory)) return false;
  await clearLeftovers(join(directory, 'data'), clock);
  return true;
}

/** Signals a server until it ends; false when it outlives them all. */
export async function stopProcess(pid: number, clock: Clock): Promise<boolean> {
  for (const [signal, waitMs] of ESCALATION) {
    trySignal(pid, signal);
    const end = clock.monotonicMs() + waitMs;
    while (clock.monotonicMs() < end) {
      if (!isAlive(pid)) return true;
      await clock.sleep(POLL_MS);
    }
  }
  return !isAlive(pid);
}

/** The id alone proves nothing (ids are used again): the program and its `-D` argument do. */
function isServerOf(pid: number, dataDirectory: string): boolean {
  const [program, ...words] = commandLine(pid);
  if (program === undefined || !/^postgres(\.exe)?$/.test(basename(program))) return false;
  const given = words[words.indexOf('-D') + 1] ?? '';
  // A path with blanks is several words where the platform gives one line only.
  return real(given) === real(dataDirectory) || words.join(' ').includes(`-D ${dataDirectory} `);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

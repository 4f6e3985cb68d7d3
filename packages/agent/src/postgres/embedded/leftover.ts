import { realpathSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Clock, failure } from '../../kernel/index.ts';
import { isDirectoryInUse } from './directory-lock.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import { commandLine, isAlive } from './processes.ts';

/** How long each signal is given, in milliseconds, before the next and harsher one. */
const ESCALATION: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];
const POLL_MS = 10;

/**
 * Clears what a killed agent or server left in a data directory: stops the server that outlived its agent,
 * and removes a pid file whose process is dead or is another program, which would block the next start.
 * @throws EMBEDDED.ORPHAN_UNSTOPPABLE
 */
export async function clearLeftovers(dataDirectory: string, clock: Clock): Promise<void> {
  const pidFile = join(dataDirectory, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Math.abs(Number.parseInt(text, 10));
  if (Number.isNaN(pid)) return;
  if (isAlive(pid) && isServerOf(pid, dataDirectory)) {
    const isStopped = await stopProcess(pid, clock);
    if (!isStopped) throw failure(EMBEDDED_ERRORS.ORPHAN_UNSTOPPABLE, { directory: dataDirectory, pid });
  }
  await rm(pidFile, { force: true });
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
  const own = real(dataDirectory);
  // A path with blanks is several words where the platform gives one line only.
  return words.some((word) => real(word) === own) || words.join(' ').includes(` ${dataDirectory} `);
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

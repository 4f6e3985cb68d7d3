import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import type { Clock } from '../../kernel/index.ts';
import { programPath } from './binaries.ts';
import { stopProcess } from './leftover.ts';
import { serverEnvironment } from './processes.ts';
import type { EmbeddedBinaries, ServerAccount } from './types.ts';

const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

/** One run of the `postgres` program. */
export interface ServerProcess {
  readonly pid: number;
  /** Whether it ended, by itself or otherwise. */
  hasEnded(): boolean;
  /** Asks for a clean shutdown without waiting for it; for exit handlers. */
  interrupt(): void;
  /** Shuts down and waits. */
  stop(clock: Clock): Promise<void>;
}

/** What to run, and where. */
export interface LaunchPlan {
  readonly binaries: EmbeddedBinaries;
  readonly account: ServerAccount | null;
  readonly dataDirectory: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly port: number;
}

/**
 * Starts `postgres` itself, with no `pg_ctl` between. It listens on 127.0.0.1 only and has no socket file.
 * It gets a process group of its own, so that Ctrl-C in a terminal reaches the agent alone, which then ends
 * its work before it stops the server.
 */
export function launch(plan: LaunchPlan): ServerProcess {
  const log = openLog(plan.logFile);
  const child = spawn(
    programPath(plan.binaries, 'postgres'),
    ['-D', plan.dataDirectory, '-h', '127.0.0.1', '-p', String(plan.port)].concat([
      '-c',
      `config_file=${plan.configFile}`,
      '-c',
      'unix_socket_directories=',
    ]),
    {
      cwd: plan.dataDirectory,
      env: serverEnvironment(),
      detached: process.platform !== 'win32',
      stdio: ['ignore', log, log],
      ...(plan.account === null ? {} : { uid: plan.account.uid, gid: plan.account.gid }),
    },
  );
  closeSync(log);
  let hasEnded = child.pid === undefined;
  child.on('exit', () => {
    hasEnded = true;
  });
  child.on('error', () => {
    hasEnded = true;
  });
  child.unref();
  return {
    pid: child.pid ?? 0,
    hasEnded: () => hasEnded,
    interrupt: () => {
      if (!hasEnded) child.kill('SIGINT');
    },
    stop: (clock) => stopChild(child, plan, clock, () => hasEnded),
  };
}

async function stopChild(
  child: ChildProcess,
  plan: LaunchPlan,
  clock: Clock,
  hasEnded: () => boolean,
): Promise<void> {
  if (hasEnded() || child.pid === undefined) return;
  child.ref();
  if (process.platform === 'win32') {
    // Windows has no signals; PostgreSQL listens on a named pipe that pg_ctl knows.
    const words = ['stop', '-D', plan.dataDirectory, '-m', 'fast', '-w'];
    spawnSync(programPath(plan.binaries, 'pg_ctl'), words, { timeout: 30_000 });
    return;
  }
  await stopProcess(child.pid, clock);
}

/** The server appends through a file of its own: a pipe to the agent would kill it with the agent. */
function openLog(file: string): number {
  try {
    if (statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // The first start.
  }
  return openSync(file, 'a', 0o600);
}

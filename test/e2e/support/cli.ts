import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { runOnce, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt, REPOSITORY } from './build.ts';

const PROGRAM = join(REPOSITORY, 'packages', 'agent', 'bin', 'pgsteward.js');

/** How a command ended. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A command that runs. */
export interface CliRun {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it wrote so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<CliResult>;
}

/** Surroundings of a command. */
export interface CliOptions {
  /** Variables on top of PATH and an empty HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory; an empty one by default. */
  readonly cwd?: string;
}

/** Starts the built command in an empty home, without any of this process's PG* variables. */
export async function startCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  await ensureBuilt();
  const home = await temporaryDirectory();
  const startMs = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      PGSTEWARD_STATE_DIR: join(home, 'state'),
      // A server beside the browsers and databases of other tests may take long to answer.
      PGSTEWARD_POSTGRES_CONNECT_TIMEOUT_MS: '30000',
      // Most commands are not about index advice, which takes seconds.
      PGSTEWARD_ADVISE_INDEXES_AUDIT_TIME_LIMIT_MS: '0',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr, ms: performance.now() - startMs }));
  });
  // A test that failed half-way must not leave a server behind: the command gets the chance to stop it.
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT');
    await ended;
  });
  return { child, pid: child.pid ?? 0, output: () => ({ stdout, stderr }), ended };
}

/** Runs the built command to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return (await startCli(args, options)).ended;
}

/** Sessions of pgsteward on a database. */
export async function ownSessions(url: string): Promise<number> {
  const [row] = await runOnce<{ readonly n: number }>(
    url,
    `select count(*)::int as n from pg_stat_activity
     where application_name = 'pgsteward' and datname = current_database()`,
  );
  return row?.n ?? -1;
}

/** Waits until a condition holds, and fails when it does not within the time. */
export async function until(condition: () => Promise<boolean> | boolean, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (await condition()) return;
    await sleep(50);
  }
  expect(await condition(), 'the condition never held').toBe(true);
}

/** Waits until a condition holds while a command runs; fails with what it wrote when it ends first. */
export async function untilIn(
  run: CliRun,
  condition: () => Promise<boolean> | boolean,
  limitMs?: number,
): Promise<void> {
  const early = run.ended.then(({ code, stderr }) => {
    throw new Error(`the command ended too early with ${code}: ${stderr}`);
  });
  await Promise.race([until(condition, limitMs), early]);
}

/** Escape character: the begin of colour and of cursor movements. */
export const ESCAPE = '\u001b';

/** Asserts the manners of an error: one headline with its code, a reason, a next step, nothing on stdout. */
export function expectError(result: CliResult, code: string, exitCode = 2): void {
  expect(result.stderr).toContain(`(${code})`);
  expect(result.code, result.stderr).toBe(exitCode);
  expect(result.stdout).toBe('');
  expect(
    result.stderr.split('\n').filter((line) => line.startsWith('error ')),
    result.stderr,
  ).toHaveLength(1);
  expect(result.stderr).not.toContain('internal error');
  expect(result.stderr).not.toMatch(/\n\s+at /);
  if (exitCode === 2) expect(result.stderr).toContain('\n  → ');
}

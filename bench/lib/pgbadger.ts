import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlantedFault } from '@pgsteward/market-research';
import { containsText } from './exam.ts';
import type { ServerSettings } from './server.ts';

const PROGRAM = '/usr/bin/pgbadger';
const PREFIX = '%t [%p]: db=%d,user=%u,app=%a,client=%h ';
/** Rows of each list in pgbadger's own report. */
const TOP = 20;
const LIMIT_MS = 120_000;

/** What pgbadger's README asks the server to log, every statement included. */
export const pgbadgerSettings: ServerSettings = {
  log_min_duration_statement: '0',
  log_line_prefix: PREFIX,
  log_checkpoints: 'on',
  log_connections: 'on',
  log_disconnections: 'on',
  log_lock_waits: 'on',
  log_temp_files: '0',
  log_autovacuum_min_duration: '0',
  log_error_verbosity: 'default',
  lc_messages: 'C',
};

/** What pgbadger shows of the planted faults. */
export interface LogReading {
  readonly found: readonly PlantedFault[];
  readonly logBytes: number;
  readonly wallMs: number;
}

interface Statement {
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
}

/** The parts of pgbadger's JSON that are judged. */
interface BadgerReport {
  readonly statements: readonly Statement[];
  readonly temporary: readonly string[];
  readonly errors: readonly string[];
  readonly forcedCheckpoints: number;
}

/** Runs pgbadger over a log. @returns null where it is not installed and cannot be */
export function readLog(logFile: string, planted: readonly PlantedFault[]): LogReading | null {
  if (!ensureInstalled()) return null;
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-bench-'));
  const output = join(directory, 'report.json');
  try {
    const startMs = performance.now();
    execFileSync(
      PROGRAM,
      ['-q', '-f', 'stderr', '-x', 'json', '--top', String(TOP), '--prefix', PREFIX, '-o', output, logFile],
      { timeout: LIMIT_MS, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const wallMs = performance.now() - startMs;
    const report = readReport(JSON.parse(readFileSync(output, 'utf8')));
    return {
      found: planted.filter((fault) => isShown(fault, report)),
      logBytes: statSync(logFile).size,
      wallMs,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function ensureInstalled(): boolean {
  if (existsSync(PROGRAM)) return true;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  try {
    execFileSync('/usr/bin/apt-get', ['install', '-y', '--no-install-recommends', 'pgbadger'], {
      timeout: LIMIT_MS,
      stdio: 'ignore',
    });
  } catch {
    return false;
  }
  return existsSync(PROGRAM);
}

function readReport(json: {
  readonly normalyzed_info?: {
    readonly postgres?: Readonly<
      Record<string, { readonly count: number | string; readonly duration: number | string }>
    >;
  };
  readonly top_tempfile_info?: { readonly postgres?: readonly (readonly unknown[])[] };
  readonly error_info?: { readonly postgres?: Readonly<Record<string, unknown>> };
  readonly lock_info?: Readonly<Record<string, unknown>>;
  readonly checkpoint_info?: { readonly warning?: number; readonly starting?: { readonly wal?: number } };
}): BadgerReport {
  const statements = Object.entries(json.normalyzed_info?.postgres ?? {}).map(([text, one]) => ({
    text,
    calls: Number(one.count),
    totalMs: Number(one.duration),
  }));
  return {
    statements,
    temporary: (json.top_tempfile_info?.postgres ?? []).map((row) => String(row[2])),
    errors: Object.keys(json.error_info?.postgres ?? {}),
    forcedCheckpoints:
      Number(json.checkpoint_info?.warning ?? 0) + Number(json.checkpoint_info?.starting?.wal ?? 0),
  };
}

/**
 * Whether a reader of the report comes across the fault: its statement in the list that it belongs to, its
 * message among the errors, checkpoints that WAL forced. That pgbadger names no cause is not held against it.
 */
function isShown({ id, subject }: PlantedFault, report: BadgerReport): boolean {
  const part = subject.kind === 'statement' ? subject.matches.trim() : null;
  const isListed = (texts: readonly string[]): boolean =>
    part !== null && texts.some((text) => containsText(text, part));
  const top = (worth: (one: Statement) => number): readonly string[] =>
    report.statements
      .toSorted((a, b) => worth(b) - worth(a))
      .slice(0, TOP)
      .map(({ text }) => text);
  const hasError = (pattern: RegExp): boolean => report.errors.some((text) => pattern.test(text));
  switch (id) {
    case 'diagnose/slow-query':
      return isListed(top(({ totalMs, calls }) => totalMs / calls));
    case 'diagnose/heavy-query':
      return isListed(top(({ totalMs }) => totalMs));
    case 'diagnose/n-plus-one':
      return isListed(top(({ calls }) => calls));
    case 'diagnose/spill':
      return isListed(report.temporary);
    case 'diagnose/deadlocks':
      return hasError(/deadlock detected/);
    case 'diagnose/blocking-chain':
      return hasError(/still waiting for/);
    case 'diagnose/invalid-index':
      return hasError(/could not create unique index/);
    case 'diagnose/checkpoint-pressure':
      return report.forcedCheckpoints > 0;
    default:
      return false;
  }
}

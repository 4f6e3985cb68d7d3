import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { MarketResearchError } from './failure.ts';
import type { ProgressListener } from './progress.ts';
import { type SessionSettings, withSession } from './session.ts';

/** One statement of a file; `fails` names the SQLSTATE that it is meant to end with. */
export interface Statement {
  readonly sql: string;
  readonly fails: string | null;
}

/**
 * Splits one of this package's SQL files: a statement ends with `;` at the end of a line, `$$` quotes hold
 * such lines together, and a comment `-- fails: 23505` marks a statement that is meant to fail.
 */
export function splitStatements(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let lines: string[] = [];
  let fails: string | null = null;
  let isQuoted = false;
  for (const line of text.split('\n')) {
    if (!isQuoted && line.trimStart().startsWith('--')) {
      fails = /^\s*-- fails: (\w{5})$/.exec(line)?.[1] ?? fails;
      continue;
    }
    if (lines.length === 0 && line.trim() === '') continue;
    lines.push(line);
    if (line.split('$$').length % 2 === 0) isQuoted = !isQuoted;
    if (isQuoted || !line.trimEnd().endsWith(';')) continue;
    statements.push({ sql: lines.join('\n').trim(), fails });
    lines = [];
    fails = null;
  }
  return statements;
}

/** How to run a file. */
export interface FileRun {
  readonly url: string;
  /** Name of a file in `sql/`. */
  readonly name: string;
  /** What progress reports say is being done. */
  readonly task: string;
  readonly settings: SessionSettings;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one of the files in `sql/`, statement by statement outside a transaction.
 *
 * A session hands its counts of changed rows over late, at the latest when it ends, and what arrives after an
 * `analyze` counts as changed since. Therefore each run of `vacuum` and `analyze` gets a session of its own.
 * @throws MARKET_RESEARCH.PLANTING_FAILED when a statement that must fail does not
 */
export async function runFile(run: FileRun): Promise<void> {
  const { task, onProgress } = run;
  const text = await readFile(new URL(`../sql/${run.name}`, import.meta.url), 'utf8');
  const statements = splitStatements(text);
  let done = 0;
  for (const section of splitSections(statements)) {
    const runSection = async (client: Client): Promise<void> => {
      for (const statement of section) {
        run.signal?.throwIfAborted();
        onProgress({ task, done, total: statements.length, unit: 'statements' });
        await runStatement(client, statement);
        done += 1;
      }
    };
    await withSession(run.url, run.settings, runSection, run.signal);
  }
  onProgress({ task, done, total: done, unit: 'statements' });
}

function splitSections(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const sections: Statement[][] = [];
  let wasMaintenance: boolean | null = null;
  for (const statement of statements) {
    const isMaintenance = /^(vacuum|analyze)\b/.test(statement.sql);
    if (isMaintenance === wasMaintenance) sections.at(-1)?.push(statement);
    else sections.push([statement]);
    wasMaintenance = isMaintenance;
  }
  return sections;
}

async function runStatement(client: Client, statement: Statement): Promise<void> {
  if (statement.fails === null) {
    await client.query(statement.sql);
    return;
  }
  const state = await client.query(statement.sql).then(
    () => null,
    (error: unknown) => sqlState(error),
  );
  if (state !== statement.fails) {
    throw new MarketResearchError(
      'MARKET_RESEARCH.PLANTING_FAILED',
      `"${statement.sql.slice(0, 60)}" ended with ${state ?? 'success'} instead of ${statement.fails}`,
      'load into an empty database as a superuser',
    );
  }
}

/** SQLSTATE of an error of the server, null for any other error. */
export function sqlState(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

import type * as z from 'zod';
import { InternalError } from '../../kernel/index.ts';
import type { PoolerConsole } from '../../postgres/index.ts';

/** One command of a pooler's admin console: the only form in which pgsteward reads a pooler. */
export interface ConsoleCommand<Row> {
  /** `pgbouncer/<name>`. The console takes no comments, so that the command carries no marker. */
  readonly id: string;
  /** What it shows, one sentence. */
  readonly summary: string;
  /** Section of PgBouncer's docs. */
  readonly source: string;
  readonly command: string;
  /** Time after which a silent pooler counts as away, in milliseconds. */
  readonly timeoutMs: number;
  /** Shape of a row: PgBouncer's names become ours here, with units. Columns that a version lacks are 0. */
  readonly row: z.ZodType<Row>;
}

/** A command of any row type, for registries. */
export type AnyConsoleCommand = ConsoleCommand<unknown>;

/**
 * Runs a command and parses its rows.
 * @throws an Error when the console refuses it or is silent; InternalError for a row of another shape
 */
export async function runConsoleCommand<Row>(
  console: PoolerConsole,
  { id, command, timeoutMs, row }: ConsoleCommand<Row>,
): Promise<readonly Row[]> {
  const rows = await console.show(command, timeoutMs);
  return rows.map((given) => {
    const parsed = row.safeParse(given);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new InternalError(`${id}: column ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? 'bad row'}`);
  });
}

import { DatabaseError } from 'pg';

/** Characters of the statement that are shown where it went wrong. */
const SHOWN = 30;

/**
 * Gives PostgreSQL's reason for refusing a statement, with the place in it and PostgreSQL's hint where it gives them.
 * @param sent text that was sent
 * @param statement the part of it that somebody wrote: places are counted in it
 */
export function refusalReason(error: unknown, sent: string, statement: string): string {
  if (!(error instanceof DatabaseError)) return error instanceof Error ? error.message : String(error);
  const place = placeOf(Number(error.position), sent, statement);
  const hint = error.hint === undefined ? '' : `. ${error.hint.replace(/\.$/, '')}`;
  return `${error.message}${place}${hint}`;
}

/** PostgreSQL counts characters from 1, JavaScript UTF-16 units from 0. */
function placeOf(position: number, sent: string, statement: string): string {
  if (!(position > 0)) return '';
  const before = [...sent].slice(0, position - 1).join('');
  const offset = before.length - sent.lastIndexOf(statement);
  if (offset < 0 || offset >= statement.length) return '';
  const lines = statement.slice(0, offset).split('\n');
  const near = /^[^\n]*/.exec(statement.slice(offset))?.[0].slice(0, SHOWN) ?? '';
  return ` (line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}: ${near})`;
}

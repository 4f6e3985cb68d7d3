import type { StatementRow } from '../observe/index.ts';
import type { ParsedStatement } from '../sql/index.ts';
import { isParserLoaded, parseStatement } from '../sql/index.ts';
import { blindSpot } from './define-check.ts';
import type { BlindSpot } from './types.ts';

/** A statement with its counters and what its text says. */
export interface ReadStatement<Row = StatementRow> {
  readonly row: Row;
  readonly statement: ParsedStatement;
}

/** Length at which the collector cuts texts; a cut text may parse and say something else. */
const TEXT_LENGTH = 4_000;

/** Parses the first of some statements; texts that are lost, cut or hidden are left out. */
export function readStatements<Row extends Pick<StatementRow, 'query' | 'queryLength'>>(
  rows: readonly Row[],
  maximum: number,
): readonly ReadStatement<Row>[] {
  return rows.slice(0, maximum).flatMap((row) => {
    const statement = row.queryLength > TEXT_LENGTH ? null : parseStatement(row.query);
    return statement === null ? [] : [{ row, statement }];
  });
}

/** Says that statements cannot be read at all; null when they can. */
export function parserBlindSpot(): BlindSpot | null {
  return isParserLoaded()
    ? null
    : blindSpot('the SQL parser is not loaded', 'reinstall pgsteward: its package libpg-query is missing');
}

import type { StatementRow } from '../observe/index.ts';
import { countSetting, type Setting } from '../settings/index.ts';
import { evidenceText } from './statement-text.ts';
import type { StatementWindow } from './statement-window.ts';
import type { EvidenceValue, Subject } from './types.ts';

/** Size of a block, in bytes, on every PostgreSQL that was not built otherwise. */
export const BLOCK_BYTES = 8192;

/** How many statements are read; the checks that parse statements share it. */
export const parsedStatementsSetting: Setting<number> = countSetting({
  key: 'diagnose.statements.maximum-parsed-count',
  summary: 'Statements with the longest total time whose text is parsed.',
  default: 200,
  minimum: 1,
  source: 'they hold nearly all of the time of a workload; parsing takes about 0.2 ms each',
});

/** Makes a statement the subject of a finding. */
export function statementSubject(row: StatementRow): Subject {
  return { kind: 'statement', schema: '', name: row.queryId, queryId: row.queryId };
}

/** Gives what every finding on a statement shows. */
export function statementEvidence(
  row: StatementRow,
  window: StatementWindow,
): Readonly<Record<string, EvidenceValue>> {
  return {
    query: evidenceText(row.query),
    callsCount: row.calls,
    meanMs: row.meanMs,
    totalMs: row.totalMs,
    totalTimeRatio: timeRatio(row, window),
    rowsPerCallRows: row.rows / row.calls,
    observed: window.observed,
  };
}

/** Share of a statement in the execution time of all. */
export function timeRatio(row: StatementRow, window: StatementWindow): number {
  return window.totalMs === 0 ? 0 : row.totalMs / window.totalMs;
}

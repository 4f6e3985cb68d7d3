import { readFileSync } from 'node:fs';
import { ADVISE_SETTINGS, type IndexAdvice, type WorkloadStatement } from '../../advise/index.ts';
import {
  isQueryText,
  minimumIntervalSetting,
  statementWindow,
  statisticsWindow,
} from '../../diagnose/index.ts';
import { failure, fileErrorReason } from '../../kernel/index.ts';
import type { Observation, StatementRow } from '../../observe/index.ts';
import type { PlannableStatement } from '../../planner/index.ts';
import type { Settings } from '../../settings/index.ts';
import { fingerprintOf, splitStatements } from '../../sql/index.ts';
import { APP_ERRORS } from '../errors.ts';
import { textsByFingerprint } from './session-texts.ts';

type Skipped = IndexAdvice['skipped'][number];

/** Statements that an advice is for. */
export interface ChosenWorkload {
  readonly statements: readonly WorkloadStatement[];
  /** Recorded statements among them that cannot be planned. */
  readonly skipped: readonly Skipped[];
  /** Time in which their calls were counted, in milliseconds; null when unknown. */
  readonly windowMs: number | null;
  /** Row changes of the tables for each row change in the time that the statements cover; 1 when unknown, 0 when they were not counted. */
  readonly changesScale: number;
  readonly sources: readonly string[];
}

/** Where statements are taken from. */
export interface StatementSources {
  readonly settings: Settings;
  /** Files of SQL statements that belong to the workload. */
  readonly statementFiles: readonly string[];
  /** Leaves pg_stat_statements out. */
  readonly isFromFilesOnly: boolean;
}

/**
 * Picks the statements of pg_stat_statements and of files; a file's text stands for the recorded statement that it is an instance
 * of.
 * @throws APP.STATEMENT_FILE
 */
export function chooseWorkload(
  observation: Observation,
  { settings, statementFiles, isFromFilesOnly }: StatementSources,
  sessionTexts: readonly string[],
): ChosenWorkload {
  const given = statementFiles.flatMap(readStatementFile);
  const known = isFromFilesOnly
    ? UNCOUNTED
    : chooseRecorded(
        observation,
        settings.get(ADVISE_SETTINGS.statements),
        settings.get(minimumIntervalSetting),
      );
  const byPrint = new Map(given.map((one) => [fingerprintOf(one.sql), one]));
  const inFlight = textsByFingerprint(isFromFilesOnly ? [] : sessionTexts);
  const skipped: Skipped[] = isFromFilesOnly ? [] : [...utilities(observation)];
  const recorded = known.rows.flatMap((row): WorkloadStatement[] => {
    const reason = unplannable(row);
    if (reason !== null || row.query === null) {
      skipped.push({ id: row.queryId, sql: row.query ?? '', reason: reason ?? HIDDEN });
      return [];
    }
    const print = fingerprintOf(row.query);
    const literal = byPrint.get(print);
    if (literal !== undefined) byPrint.delete(print);
    const sql = literal?.sql ?? inFlight.get(print) ?? row.query;
    return [toStatement(row.queryId, sql, { calls: row.calls, meanMs: row.meanMs })];
  });
  const fresh = [...byPrint.values()].map((one) =>
    toStatement(one.id, one.sql, { calls: null, meanMs: null }),
  );
  return {
    statements: [...recorded, ...fresh],
    skipped,
    windowMs: known.windowMs,
    changesScale: known.changesScale,
    sources: [...(recorded.length === 0 ? [] : ['pg_stat_statements']), ...statementFiles],
  };
}

const HIDDEN = 'its text is hidden: it belongs to another role, and reading it needs pg_read_all_stats';

/** Says why a recorded statement cannot be planned; null when it can. */
function unplannable({ query, queryLength }: StatementRow): string | null {
  if (isQueryText(query) === null) return HIDDEN;
  return queryLength > (query?.length ?? 0) ? 'its text is too long and was not read whole' : null;
}

/** Utility statements: BEGIN, SET, VACUUM … */
function utilities(observation: Observation): readonly Skipped[] {
  const { statements } = observation.snapshot.sections;
  const rows = statements.status === 'ok' ? statements.data : [];
  return rows
    .filter(({ isOwn, query }) => !isOwn && isQueryText(query) === false)
    .map(({ queryId, query }) => ({
      id: queryId,
      sql: query ?? '',
      reason: 'a utility statement has no plan',
    }));
}

function toStatement(
  id: string,
  sql: string,
  counted: { readonly calls: number | null; readonly meanMs: number | null },
): WorkloadStatement {
  const statement: PlannableStatement = { id, sql, values: null, searchPath: null };
  return { id, sql, weight: counted.calls ?? 1, ...counted, variants: [{ share: 1, statement }] };
}

function readStatementFile(file: string): readonly { readonly id: string; readonly sql: string }[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw failure(APP_ERRORS.STATEMENT_FILE, { file, reason: fileErrorReason(error) }, error);
  }
  const split = splitStatements(text);
  if (!split.ok) {
    throw failure(APP_ERRORS.STATEMENT_FILE, { file, reason: `Line ${split.line}: ${split.reason}` });
  }
  return split.statements.map((sql, index) => ({ id: `${file}:${index + 1}`, sql }));
}

interface RecordedStatements {
  /** Longest total time first. */
  readonly rows: readonly StatementRow[];
  readonly windowMs: number | null;
  readonly changesScale: number;
}

/** Of statements that nobody counted it is not known how many row changes come with a call: none are charged. */
const UNCOUNTED: RecordedStatements = { rows: [], windowMs: null, changesScale: 0 };

/** Picks the statements with the most time, and says how their time relates to that of the tables' counters. */
function chooseRecorded(
  observation: Observation,
  maximum: number,
  minimumIntervalMs: number,
): RecordedStatements {
  const { sections } = observation.snapshot;
  if (sections.statements.status !== 'ok') return UNCOUNTED;
  const window = statementWindow(observation, sections.statements.data, minimumIntervalMs);
  const tables = sections.tables.status === 'ok' ? sections.tables.data : [];
  const counted =
    sections.database.status === 'ok'
      ? statisticsWindow(observation.snapshot, sections.database.data, tables).lengthMs
      : null;
  const isKnown = window.lengthMs !== null && counted !== null && counted > 0;
  return {
    rows: window.rows.slice(0, maximum),
    windowMs: window.lengthMs,
    changesScale: isKnown ? Math.min(1, (window.lengthMs ?? 0) / counted) : 1,
  };
}

import {
  type AutoExplainRow,
  autoExplainQuery,
  logFilesQuery,
  logPartQuery,
  runCatalogQuery,
  type Unavailable,
} from '../../catalog/index.ts';
import { quoteIdentifier } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import { CSV_LOG } from './csv-log.ts';
import { JSON_LOG } from './json-log.ts';
import { stderrLog } from './stderr-log.ts';
import type { LogFormat } from './types.ts';

/** The log that plans are read from. */
export interface PlanLog {
  readonly path: string;
  readonly sizeBytes: number;
  readonly kind: 'jsonlog' | 'csvlog' | 'stderr';
  readonly format: LogFormat;
  readonly autoExplain: AutoExplainRow;
}

/** Where plans are logged, or why they are not or cannot be read. */
export type FoundLog =
  | { readonly ok: true; readonly log: PlanLog }
  | { readonly ok: false; readonly unavailable: Unavailable };

/** The format that says most comes first. */
const KINDS = ['jsonlog', 'csvlog', 'stderr'] as const;

/** Finds out where auto_explain writes plans, and whether the session may read them. */
export async function findPlanLog(session: Session): Promise<FoundLog> {
  const settings = await runCatalogQuery(session, autoExplainQuery);
  if (!settings.ok) return settings;
  const [autoExplain] = settings.rows;
  if (autoExplain === undefined) return none('auto_explain cannot be looked at', 'run again');
  const missing = autoExplain.isSetElsewhere ? null : missingSetting(autoExplain);
  if (missing !== null) return { ok: false, unavailable: missing };
  const files = await runCatalogQuery(session, logFilesQuery);
  if (!files.ok) return files;
  const kind = KINDS.find((one) => files.rows.some(({ format }) => format === one));
  const file = files.rows.find(({ format }) => format === kind);
  if (kind === undefined || file === undefined) {
    return none(
      'the server writes no log file that SQL can read',
      'set logging_collector = on (restart) and log_destination = jsonlog, from PostgreSQL 15 on, or csvlog',
    );
  }
  if (!autoExplain.canReadFiles) {
    const grant = logPartQuery.needs.grants?.[0] ?? '';
    return none(
      'the role may not read the log',
      `grant ${grant} to ${quoteIdentifier(session.capabilities.user)};`,
    );
  }
  const { path, sizeBytes } = file;
  return {
    ok: true,
    log: { path, sizeBytes, kind, format: formatOf(kind, autoExplain.linePrefix), autoExplain },
  };
}

function formatOf(kind: PlanLog['kind'], linePrefix: string): LogFormat {
  if (kind === 'jsonlog') return JSON_LOG;
  return kind === 'csvlog' ? CSV_LOG : stderrLog(linePrefix);
}

/** @source PostgreSQL docs F.3 "auto_explain" */
function missingSetting({ isLoaded, format, minimumDurationMs }: AutoExplainRow): Unavailable | null {
  if (!isLoaded) {
    return {
      reason: 'auto_explain is not loaded',
      remedy:
        'add auto_explain to session_preload_libraries (no restart), set auto_explain.log_min_duration and auto_explain.log_format = json',
    };
  }
  if (minimumDurationMs === -1) {
    return {
      reason: 'auto_explain logs no plan: auto_explain.log_min_duration = -1',
      remedy:
        "run as a superuser: alter system set auto_explain.log_min_duration = '1s'; select pg_reload_conf();",
    };
  }
  if (format !== 'json') {
    return {
      reason: `auto_explain.log_format = ${format ?? '?'}: only json can be read`,
      remedy:
        "run as a superuser: alter system set auto_explain.log_format = 'json'; select pg_reload_conf();",
    };
  }
  return null;
}

function none(reason: string, remedy: string): FoundLog {
  return { ok: false, unavailable: { reason, remedy } };
}

import { ADVISE_SETTINGS, type IndexAdvice } from '../advise/index.ts';
import { PgstewardError } from '../kernel/index.ts';
import type { Gap, Observation } from '../observe/index.ts';
import type { Session } from '../postgres/index.ts';
import type { IndexReport } from '../report/index.ts';
import { adviseAudit } from './indexes.ts';

/** What the index advisor adds to an audit. */
export interface AdvisedAudit {
  readonly advice: IndexAdvice;
  readonly proposals: IndexReport['proposals'];
}

/** Relations from which an audit leaves the index advisor out: the copy that it plans in takes longer than the audit. */
const MAXIMUM_RELATIONS = 3_000;

/** Runs the index advisor within an audit; what keeps it from running is a gap and never an error. */
export async function adviseWithin(
  session: Session,
  observation: Observation,
  options: Parameters<typeof adviseAudit>[2],
): Promise<{ readonly advised: AdvisedAudit | null; readonly gaps: readonly Gap[] }> {
  const none = (reason: string, remedy: string): { advised: null; gaps: readonly Gap[] } => ({
    advised: null,
    gaps: [{ id: 'advise/indexes', reason, remedy }],
  });
  if (options.settings.get(ADVISE_SETTINGS.auditTimeLimitMs) === 0) return { advised: null, gaps: [] };
  const { statements, tables } = observation.snapshot.sections;
  // The statements' own gap says why they cannot be read.
  if (statements.status !== 'ok' || statements.data.length === 0) return { advised: null, gaps: [] };
  const relations = tables.status === 'ok' ? tables.data.length : 0;
  if (relations > MAXIMUM_RELATIONS) {
    return none(
      `${relations} tables are too many for index advice within an audit`,
      'run `pgsteward indexes`',
    );
  }
  try {
    return { advised: await adviseAudit(session, observation, options), gaps: [] };
  } catch (error) {
    if (!(error instanceof PgstewardError) || error.exitCode === 3) throw error;
    return none(error.message, error.next[0] ?? 'run `pgsteward indexes` to see more');
  }
}

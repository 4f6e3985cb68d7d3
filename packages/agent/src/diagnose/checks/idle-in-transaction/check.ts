import { displayIdentifier, escapeControls, formatDuration, quoteIdentifier } from '../../../kernel/index.ts';
import type { SessionRow } from '../../../observe/index.ts';
import { durationSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import { hiddenSessions } from '../../hidden-sessions.ts';
import type { Check } from '../../types.ts';

const settings = {
  warningMs: durationSetting({
    key: 'diagnose.idle-in-transaction.warning-ms',
    summary: 'Time without a statement from which an open transaction is a warning.',
    default: 5 * 60_000,
    source: 'peers warn from 5 to 30 minutes',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.idle-in-transaction.critical-ms',
    summary: 'Time without a statement from which an open transaction is critical.',
    default: 30 * 60_000,
    source: 'pganalyze idle transaction check, 30 minutes',
  }),
  maximumFindings: maximumFindingsSetting('idle-in-transaction'),
};

const QUERY_LENGTH = 500;

/** Finds sessions, in any database of the server, that hold a transaction open and do nothing. */
export const idleInTransaction: Check = defineCheck({
  id: 'diagnose/idle-in-transaction',
  title: 'Sessions idle in transaction',
  needs: ['activity'],
  source: 'PostgreSQL docs 19.11.1 "idle_in_transaction_session_timeout", 24.1.2 "Recovering Disk Space"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const drafts = sections.activity
      .filter((session) => session.backendType === 'client backend' && !session.isOwn)
      .filter((session) => session.state?.startsWith('idle in transaction') === true)
      .toSorted((a, b) => (b.stateMs ?? 0) - (a.stateMs ?? 0))
      .flatMap((session) => {
        const idleMs = session.stateMs ?? 0;
        const severity = gradeAbove(idleMs, values.warningMs, values.criticalMs);
        if (severity === null) return [];
        return [
          finding({
            severity,
            subject: { kind: 'session', schema: '', name: String(session.pid) },
            title: describe(session, idleMs),
            evidence: {
              idleMs,
              state: session.state,
              transactionMs: session.transactionMs,
              xminAgeCount: session.xminAge,
              hasTransactionId: session.hasTransactionId,
              lastQuery: session.query === null ? null : escapeControls(session.query.slice(0, QUERY_LENGTH)),
              database: session.database,
              user: session.user,
              applicationName: session.applicationName,
              clientAddress: session.clientAddress,
            },
            threshold: threshold(severity === 'critical' ? 'criticalMs' : 'warningMs'),
            remedy: remedyOf(session),
          }),
        ];
      });
    return [...capFindings(drafts, values.maximumFindings), ...hiddenSessions(snapshot, 'idle transactions')];
  },
});

function describe(session: SessionRow, idleMs: number): string {
  const where = session.isHere ? '' : ` in database ${displayIdentifier(session.database ?? '?')}`;
  const application = escapeControls(session.applicationName ?? '');
  const who = application === '' ? `process ${session.pid}` : `process ${session.pid}, ${application}`;
  return `a session has been ${session.state ?? 'idle in transaction'} for ${formatDuration(idleMs)}${where} (${who})`;
}

function remedyOf(session: SessionRow): string {
  const role = session.user === null ? 'its role' : quoteIdentifier(session.user);
  return `commit or roll back in its application, or: select pg_terminate_backend(${session.pid}); limit it for the future: alter role ${role} set idle_in_transaction_session_timeout = '5min'`;
}

import { escapeControls, formatDuration } from '../../../kernel/index.ts';
import { durationSetting } from '../../../settings/index.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  warningMs: durationSetting({
    key: 'diagnose.long-running-query.warning-ms',
    summary: 'Running time from which an active statement is a warning.',
    default: 5 * 60_000,
    source: 'reference specification: long-running means more than 5 minutes',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.long-running-query.critical-ms',
    summary: 'Running time from which an active statement is critical.',
    default: 30 * 60_000,
    source: 'pganalyze active query check, 30 minutes',
  }),
};

const QUERY_LENGTH = 500;

/** Finds client statements that have been running for longer than allowed. */
export const longRunningQuery: Check = defineCheck({
  id: 'diagnose/long-running-query',
  title: 'Long-running statements',
  needs: ['activity'],
  source: 'PostgreSQL docs 27.2.3 "pg_stat_activity"',
  settings,
  run: ({ sections, values, threshold }) =>
    sections.activity
      .filter((session) => session.backendType === 'client backend' && session.state === 'active')
      .filter((session) => session.isHere && !session.isOwn)
      .flatMap((session) => {
        const runningMs = session.statementMs ?? 0;
        const severity = gradeAbove(runningMs, values.warningMs, values.criticalMs);
        if (severity === null) return [];
        return [
          finding({
            severity,
            subject: { kind: 'session', schema: '', name: String(session.pid) },
            title: `a statement has been running for ${formatDuration(runningMs)} (process ${session.pid})`,
            evidence: {
              runningMs,
              query: session.query === null ? null : escapeControls(session.query.slice(0, QUERY_LENGTH)),
              user: session.user,
              applicationName: session.applicationName,
              waitEvent: session.waitEvent,
              queryId: session.queryId,
            },
            threshold: threshold(severity === 'critical' ? 'criticalMs' : 'warningMs'),
            remedy: `see what it waits for; when nobody needs it: select pg_cancel_backend(${session.pid})`,
          }),
        ];
      }),
});

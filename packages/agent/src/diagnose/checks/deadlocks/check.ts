import { displayIdentifier, formatCount, formatDuration } from '../../../kernel/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { databaseWindowMs } from '../../database-window.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumCount: countSetting({
    key: 'diagnose.deadlocks.minimum-count',
    summary: 'Deadlocks from which they are reported.',
    default: 1,
    minimum: 1,
    source: 'every deadlock is a transaction that failed for no fault of its own',
  }),
  warningPerDay: countSetting({
    key: 'diagnose.deadlocks.warning-per-day-count',
    summary: 'Deadlocks a day from which they are a warning; fewer are only mentioned.',
    default: 1,
    source: 'one a day is a pattern, not an accident',
  }),
};

const DAY_MS = 86_400_000;

/** Finds transactions that PostgreSQL cancelled because they waited for each other. */
export const deadlocks: Check = defineCheck({
  id: 'diagnose/deadlocks',
  title: 'Deadlocks',
  needs: ['database'],
  source: 'PostgreSQL docs 13.3.4 "Deadlocks", 27.2.17 "pg_stat_database"',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const { database } = sections;
    const recent = observation.interval?.database?.deadlocks ?? 0;
    const count = database.deadlocks + recent;
    if (count < values.minimumCount) return [];
    const windowMs = databaseWindowMs(snapshot, database);
    // Never extrapolated from less than a day: one deadlock an hour after a reset is one, not 24.
    const perDay = count / Math.max(1, windowMs / DAY_MS);
    const isWarning = recent > 0 || perDay >= values.warningPerDay;
    const name = displayIdentifier(database.name);
    const noun = count === 1 ? 'deadlock' : 'deadlocks';
    return [
      finding({
        severity: isWarning ? 'warning' : 'info',
        subject: { kind: 'database', schema: '', name: database.name },
        title: `${formatCount(count)} ${noun} in ${name} within ${formatDuration(windowMs)}${recent > 0 ? `, ${formatCount(recent)} just now` : ''}`,
        evidence: {
          deadlocksCount: count,
          recentDeadlocksCount: recent,
          windowMs,
          deadlocksPerDay: perDay,
          isWindowExact: database.statsReset !== null,
        },
        threshold: threshold(isWarning && recent === 0 ? 'warningPerDay' : 'minimumCount'),
        remedy:
          'read the server log for "deadlock detected": it names both statements; let all transactions lock rows in the same order (order by the key, or select … for update first) and repeat those that fail with 40P01',
      }),
    ];
  },
});

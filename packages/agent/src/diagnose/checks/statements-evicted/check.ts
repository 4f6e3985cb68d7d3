import { formatCount } from '../../../kernel/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const HOUR_MS = 3_600_000;

const settings = {
  evictionsPerHour: countSetting({
    key: 'diagnose.statements-evicted.per-hour-count',
    summary: 'Evictions in an hour above which it is reported.',
    default: 0,
    source: 'each one throws out the 5 % least used statements with all that was counted',
  }),
  warningPerHour: countSetting({
    key: 'diagnose.statements-evicted.warning-per-hour-count',
    summary: 'Evictions in an hour from which it is a warning.',
    default: 1,
    source: 'from there on statements come and go between two looks',
  }),
};

/** Finds servers whose pg_stat_statements is too small for the number of different statements. */
export const statementsEvicted: Check = defineCheck({
  id: 'diagnose/statements-evicted',
  title: 'Statements thrown out of pg_stat_statements',
  needs: ['statementsInfo'],
  source: 'PostgreSQL docs F.32.2 "pg_stat_statements_info": dealloc',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const info = sections.statementsInfo;
    const began = info.statsReset ?? snapshot.server.serverStartedAt;
    const observedMs = Math.max(0, info.now.getTime() - began.getTime());
    const perHour = info.evictions / Math.max(1, observedMs / HOUR_MS);
    if (perHour <= values.evictionsPerHour) return [];
    const isWarning = perHour >= values.warningPerHour;
    const larger = info.maximumEntries === null ? null : info.maximumEntries * 2;
    return [
      finding({
        severity: isWarning ? 'warning' : 'info',
        subject: { kind: 'setting', schema: '', name: 'pg_stat_statements.max' },
        title: `pg_stat_statements threw out entries ${formatCount(info.evictions)} times: what it shows is incomplete`,
        evidence: {
          evictionsCount: info.evictions,
          evictionsPerHourCount: perHour,
          entriesCount: info.entries,
          maximumEntriesCount: info.maximumEntries,
          observedMs,
        },
        threshold: threshold(isWarning ? 'warningPerHour' : 'evictionsPerHour'),
        remedy: `alter system set pg_stat_statements.max = ${larger ?? 10_000}, then restart; or make statements alike: bind values, and = any($1) instead of lists of changing length`,
      }),
    ];
  },
});

import { formatDuration } from '../../../kernel/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  missedRuns: countSetting({
    key: 'diagnose.monitoring-gap.missed-runs-count',
    summary: 'Runs in a row that a collector missed or failed.',
    default: 3,
    minimum: 1,
    source: 'checks.md: 3 missed runs; one may be a restart',
  }),
};

/** Finds collectors that see nothing any more: what is not seen must not look healthy. */
export const monitoringGap: Check = defineCheck({
  id: 'diagnose/monitoring-gap',
  title: 'Collectors that fail or are late',
  needs: [],
  needsHistory: true,
  source: 'pgsteward principle "evidence or silence"',
  settings,
  run: ({ observation, values, threshold }) =>
    (observation.history?.collectors ?? [])
      .filter(({ everyMs, silentMs }) => silentMs !== null && silentMs >= values.missedRuns * everyMs)
      .map(({ id, everyMs, silentMs, trouble }) =>
        finding({
          severity: 'warning',
          subject: { kind: 'server', schema: '', name: id },
          title: `the collector ${id} has seen nothing for ${formatDuration(silentMs ?? 0)}`,
          evidence: { silentMs, everyMs, trouble },
          threshold: threshold('missedRuns'),
          remedy:
            'the page Agent of the dashboard shows its last error; `pgsteward doctor` says which right or extension is missing',
        }),
      ),
});

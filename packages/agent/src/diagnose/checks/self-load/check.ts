import { formatRatio } from '../../../kernel/index.ts';
import { ratioSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  maximumRatio: ratioSetting({
    key: 'diagnose.self-load.maximum-ratio',
    summary: 'Share of one core that pgsteward may keep busy on the target.',
    default: 0.01,
    source: 'pgsteward principle "the observer is never the incident"',
  }),
};

/** Finds out whether pgsteward itself costs the target too much. */
export const selfLoad: Check = defineCheck({
  id: 'diagnose/self-load',
  title: 'Load of pgsteward itself',
  needs: [],
  needsHistory: true,
  source: 'pgsteward principle "the observer is never the incident"',
  settings,
  run: ({ observation, values, threshold }) => {
    const self = observation.history?.self ?? null;
    if (self === null || self.observedMs === 0) return [];
    const busyRatio = self.databaseMs / self.observedMs;
    if (busyRatio <= values.maximumRatio) return [];
    return [
      finding({
        severity: 'warning',
        subject: { kind: 'server', schema: '', name: 'pgsteward' },
        title: `pgsteward itself keeps the target busy for ${formatRatio(busyRatio)} of one core`,
        evidence: { busyRatio, databaseMs: self.databaseMs, observedMs: self.observedMs },
        threshold: threshold('maximumRatio'),
        remedy: 'raise watch.sessions-every-ms or watch.counters-every-ms, or lower watch.budget-ratio',
      }),
    ];
  },
});

import { formatCount, formatRatio } from '../../../kernel/index.ts';
import { countSetting, ratioSetting, TARGET_SETTINGS } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  cpus: TARGET_SETTINGS.cpus,
  activeSessions: countSetting({
    key: 'diagnose.wait-profile.active-sessions-count',
    summary:
      'Average active sessions from which the load is reported where target.cpus is not known; with it, the number of processors counts.',
    default: 4,
    minimum: 0,
    source: 'a small server has two to four processors',
  }),
  criticalFactor: countSetting({
    key: 'diagnose.wait-profile.critical-factor-count',
    summary: 'How many times as many active sessions are critical.',
    default: 4,
    minimum: 1,
    source:
      'Amazon RDS Performance Insights: load above Max vCPU means waiting, several times above means a standstill',
  }),
  minimumRatio: ratioSetting({
    key: 'diagnose.wait-profile.minimum-ratio',
    summary: 'Share of the load from which a wait event is named.',
    default: 0.05,
    source: 'the few that matter',
  }),
};

const LISTED = 5;

/** Finds targets whose sessions wait more than they work. */
export const waitProfile: Check = defineCheck({
  id: 'diagnose/wait-profile',
  title: 'More active sessions than processors',
  needs: [],
  needsHistory: true,
  source: 'PostgreSQL docs 27.2.3 "Wait Event Types"; Amazon RDS Performance Insights, DB load',
  settings,
  run: ({ observation, values, threshold }) => {
    const load = observation.history?.load ?? null;
    if (load === null) return [];
    const isKnown = values.cpus > 0;
    const limit = isKnown ? values.cpus : values.activeSessions;
    if (load.activeSessions <= limit) return [];
    const waits = load.waits
      .map(({ name, activeSessions }) => ({ name, ratio: activeSessions / load.activeSessions }))
      .filter(({ ratio }) => ratio >= values.minimumRatio)
      .slice(0, LISTED);
    const [first] = waits;
    return [
      finding({
        severity: load.activeSessions >= limit * values.criticalFactor ? 'critical' : 'warning',
        subject: { kind: 'server', schema: '', name: observation.snapshot.server.database },
        title: `${formatCount(load.activeSessions)} sessions active on average in the last hour, ${first === undefined ? 'for many reasons' : `${formatRatio(first.ratio)} of it ${first.name}`}`,
        evidence: {
          activeSessionsCount: load.activeSessions,
          limitCount: limit,
          waits: waits.map(({ name, ratio }) => `${name} ${formatRatio(ratio)}`),
          observedMs: load.observedMs,
        },
        threshold: threshold(isKnown ? 'cpus' : 'activeSessions'),
        remedy: 'open Load in the dashboard, mark the busy stretch, and begin with the statement at the top',
      }),
    ];
  },
});

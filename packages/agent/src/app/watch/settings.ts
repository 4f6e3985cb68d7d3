import {
  bytesSetting,
  choiceSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
  secretSetting,
} from '../../settings/index.ts';

const MINUTE_MS = 60_000;

/** Settings of the daemon's rounds. */
export const WATCH_SETTINGS: Readonly<{
  sessionsEveryMs: Setting<number>;
  countersEveryMs: Setting<number>;
  snapshotEveryMs: Setting<number>;
  plansEveryMs: Setting<number>;
  plannedStatements: Setting<number>;
  logEveryMs: Setting<number>;
  logBytes: Setting<number>;
  planValues: Setting<'mask' | 'keep'>;
  budgetRatio: Setting<number>;
  pgbouncer: Setting<string>;
}> = {
  sessionsEveryMs: durationSetting({
    key: 'watch.sessions-every-ms',
    summary: 'Time between two samples of the sessions.',
    default: 1_000,
    minimum: 100,
    maximum: MINUTE_MS,
    source: 'Amazon RDS Performance Insights samples each second',
  }),
  countersEveryMs: durationSetting({
    key: 'watch.counters-every-ms',
    summary: 'Time between two readings of the counters of statements, tables, indexes and the server.',
    default: MINUTE_MS,
    minimum: 1_000,
    maximum: 10 * MINUTE_MS,
    source: 'pganalyze and pgwatch read each minute',
  }),
  snapshotEveryMs: durationSetting({
    key: 'watch.snapshot-every-ms',
    summary: 'Time between two whole looks at the target, from which findings come.',
    default: 60 * MINUTE_MS,
    minimum: MINUTE_MS,
    source: 'sizes, schema and bloat change slowly, and looking at all of them costs most',
  }),
  plansEveryMs: durationSetting({
    key: 'watch.plans-every-ms',
    summary: 'Time between two looks at the plans of the statements that take most time.',
    default: 10 * MINUTE_MS,
    minimum: 1_000,
    source:
      'a plan changes with statistics, settings or schema: autoanalyze looks each minute, people act in minutes',
  }),
  plannedStatements: countSetting({
    key: 'watch.planned-statements-count',
    summary:
      'Statements whose plans are looked at, those that took most time in the last hour first; 0 for none.',
    default: 100,
    maximum: 1_000,
    source: 'planning takes about a millisecond; a hundred statements are nearly all of the load anywhere',
  }),
  logEveryMs: durationSetting({
    key: 'watch.log-every-ms',
    summary: "Time between two looks into the server's log for the plans that auto_explain writes.",
    default: MINUTE_MS,
    minimum: 1_000,
    source: 'as often as counters are read: a slow statement is looked for when it was just seen',
  }),
  logBytes: bytesSetting({
    key: 'watch.log-bytes',
    summary: 'Most of the log that is read at a time, the newest of a longer one; 0 leaves the log alone.',
    default: 4 * 1_048_576,
    maximum: 256 * 1_048_576,
    source:
      'about a minute of a log that grows by 6 GB a day; one read stays well below a statement timeout of seconds',
  }),
  planValues: choiceSetting({
    key: 'watch.plan-values',
    summary:
      'Whether plans from the log are kept with the values in their conditions, or with ? in their place.',
    choices: ['mask', 'keep'],
    default: 'mask',
    source: 'pg_stat_statements keeps texts without values: what users typed is no business of a dashboard',
  }),
  budgetRatio: ratioSetting({
    key: 'watch.budget-ratio',
    summary:
      'Largest share of the time that one collector may keep the target busy; one that is slower is run less often.',
    default: 0.005,
    minimum: 0.0001,
    source: 'pgsteward principle "the observer is never the incident": below 1 % of one core in all',
  }),
  pgbouncer: secretSetting({
    key: 'target.pgbouncer',
    summary:
      'Admin consoles of the PgBouncers in front of the target, as URLs separated by commas: `pgbouncer` in [target.NAME].',
    default: '',
    source: 'PostgreSQL does not know who stands in front of it',
  }),
};

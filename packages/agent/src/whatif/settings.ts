import { countSetting, durationSetting, ratioSetting, type Setting } from '../settings/index.ts';

const HOUR_MS = 3_600_000;

/** Settings of what-if planning. */
export const WHATIF_SETTINGS: Readonly<{
  keptShadows: Setting<number>;
  maximumAgeMs: Setting<number>;
  driftRatio: Setting<number>;
}> = {
  keptShadows: countSetting({
    key: 'whatif.shadow.kept-count',
    summary:
      'How many shadows stay in the state directory for later commands, the last used ones; their statistics hold values of rows. 0 keeps none.',
    default: 5,
    maximum: 1_000,
    source: 'one takes 50 MB and more; building it takes seconds, opening it again half a second',
  }),
  maximumAgeMs: durationSetting({
    key: 'whatif.shadow.maximum-age-ms',
    summary: 'Time after which a kept shadow is built anew, or removed when nobody used it.',
    default: 24 * HOUR_MS,
    minimum: 0,
    maximum: 30 * 24 * HOUR_MS,
    source: 'changes that no catalogue shows, such as deleted last rows, are seen a day later',
  }),
  driftRatio: ratioSetting({
    key: 'whatif.shadow.drift-ratio',
    summary:
      'Change of a table in pages, rows or all-visible pages from which its kept shadow is refreshed; a table analyzed since always is.',
    default: 0.2,
    source:
      'autovacuum analyzes at 10 %: below 20 % the statistics are those that PostgreSQL itself plans with',
  }),
};

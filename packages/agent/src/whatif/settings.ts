import { choiceSetting, durationSetting, ratioSetting, type Setting } from '../settings/index.ts';

const HOUR_MS = 3_600_000;

/** Settings of what-if planning. */
export const WHATIF_SETTINGS: Readonly<{
  keepShadow: Setting<'yes' | 'no'>;
  maximumAgeMs: Setting<number>;
  driftRatio: Setting<number>;
}> = {
  keepShadow: choiceSetting({
    key: 'whatif.shadow.keep',
    summary:
      'Whether the shadow of a target stays in the state directory for the next command; its statistics hold values of rows.',
    choices: ['yes', 'no'],
    default: 'yes',
    source: 'building a shadow takes seconds, opening one that is there a third of a second',
  }),
  maximumAgeMs: durationSetting({
    key: 'whatif.shadow.maximum-age-ms',
    summary: 'Time after which a kept shadow is built anew, or removed when nobody asks for it.',
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

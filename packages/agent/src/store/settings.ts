import { countSetting, durationSetting, type Setting, secretSetting } from '../settings/index.ts';

const DAY_MS = 86_400_000;

/** Settings of the history store. */
export const STORE_SETTINGS: Readonly<{
  url: Setting<string>;
  keepRawMs: Setting<number>;
  keepFiveMinutesMs: Setting<number>;
  keepHoursMs: Setting<number>;
  connections: Setting<number>;
}> = {
  url: secretSetting({
    key: 'store.url',
    summary: 'PostgreSQL that holds the history; empty starts an embedded one in the state directory.',
    default: '',
    source: 'one machine needs nothing installed; a fleet shares one database',
  }),
  keepRawMs: durationSetting({
    key: 'store.keep-raw-ms',
    summary: 'How long history is kept as it was read.',
    default: 14 * DAY_MS,
    minimum: DAY_MS,
    source: 'two weeks: this week against the last, in full detail',
  }),
  keepFiveMinutesMs: durationSetting({
    key: 'store.keep-5m-ms',
    summary: 'How long history is kept folded into five minutes.',
    default: 30 * DAY_MS,
    minimum: DAY_MS,
    source: 'a month, and the same hour of four weeks',
  }),
  keepHoursMs: durationSetting({
    key: 'store.keep-1h-ms',
    summary: 'How long history is kept folded into hours.',
    default: 400 * DAY_MS,
    minimum: 31 * DAY_MS,
    source: 'a year and a month: this quarter against the same one last year',
  }),
  connections: countSetting({
    key: 'store.connections-count',
    summary: 'Most connections to the store at a time, beside one for each target that is written.',
    default: 4,
    minimum: 2,
    maximum: 100,
    source: 'the dashboard reads a few charts at a time',
  }),
};

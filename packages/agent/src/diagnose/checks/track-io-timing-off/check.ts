import { choiceSetting } from '../../../settings/index.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  severity: choiceSetting({
    key: 'diagnose.track-io-timing-off.severity',
    summary: 'How much it matters that the time of reads and writes is not measured.',
    choices: ['info', 'warning'],
    default: 'info',
    source: 'off is the default of PostgreSQL; nothing is slower for it',
  }),
};

/** Finds servers that do not measure how long their reads and writes take. */
export const trackIoTimingOff: Check = defineCheck({
  id: 'diagnose/track-io-timing-off',
  title: 'I/O times not measured',
  needs: ['serverSettings'],
  source: 'PostgreSQL docs 19.9.1 "Cumulative Query and Index Statistics": track_io_timing',
  settings,
  run: ({ sections, values, threshold }) => {
    const setting = sections.serverSettings.get('track_io_timing');
    if (setting === undefined) {
      return [blindSpot('track_io_timing is not among the settings read', 'grant pg_read_all_settings')];
    }
    if (setting.value !== 'off') return [];
    return [
      finding({
        severity: values.severity,
        subject: { kind: 'setting', schema: '', name: 'track_io_timing' },
        title: 'track_io_timing is off: waits for the disk cannot be told from work',
        evidence: { value: setting.value, settingSource: setting.source },
        threshold: threshold('severity'),
        remedy: `measure the clock with pg_test_timing; below 100 ns a call: ${
          setting.source === 'database' || setting.source === 'user' || setting.source === 'database user'
            ? `reset it where it is set (${setting.source})`
            : 'alter system set track_io_timing = on; select pg_reload_conf()'
        }`,
      }),
    ];
  },
});

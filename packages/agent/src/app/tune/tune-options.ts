import { ACT_SETTINGS } from '../../act/index.ts';
import { TUNE_NUMBERS, TUNE_SETTINGS, type TuneOptions, type TuneValues } from '../../advise/index.ts';
import { type Settings, TARGET_SETTINGS } from '../../settings/index.ts';

/** Reads what the owner said of the machine, of its memory and of the thresholds. */
export function tuneOptions(settings: Settings): Omit<TuneOptions, 'findings'> {
  const known = (value: number): number | null => (value > 0 ? value : null);
  const storage = settings.get(TUNE_SETTINGS.storage);
  return {
    machine: {
      memoryBytes: known(settings.get(TARGET_SETTINGS.memoryBytes)),
      cpus: known(settings.get(TARGET_SETTINGS.cpus)),
      diskBytes: known(settings.get(TARGET_SETTINGS.diskBytes)),
      storage: storage === 'unknown' ? null : storage,
    },
    limits: {
      memoryRatio: settings.get(ACT_SETTINGS.memoryRatio),
      sharedBuffersRatio: settings.get(ACT_SETTINGS.sharedBuffersRatio),
    },
    values: Object.fromEntries(
      Object.entries(TUNE_NUMBERS).map(([name, setting]) => [name, settings.get(setting)]),
    ) as TuneValues,
  };
}

/**
 * Responsible for configuration. Takes setting definitions (each stage declares its own), flags, environment
 * and `pgsteward.toml`; gives typed values that remember where they came from. An unknown key or a bad value
 * is an error, never a silent default. Reads one file; never writes.
 */
export { SETTINGS_ERRORS } from './errors.ts';
export { type ConfigFile, readConfigFile } from './file.ts';
export {
  environmentName,
  type GivenFlag,
  type Origin,
  resolveSettings,
  type SettingSources,
  type Settings,
} from './resolve.ts';
export {
  type AnySetting,
  bytesSetting,
  choiceSetting,
  countSetting,
  durationSetting,
  type Range,
  ratioSetting,
  type Setting,
  secretSetting,
  textSetting,
} from './setting.ts';
export { TARGET_SETTINGS } from './target.ts';
export { MEMORY_SETTINGS, worstMemoryBytes } from './worst-memory.ts';

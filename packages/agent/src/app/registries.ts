import { ACT_ERRORS, ACT_SETTINGS, POLICY_SETTINGS, VERDICT_SETTINGS } from '../act/index.ts';
import { ADVISE_SETTINGS, CACHING_SETTINGS, TUNE_SETTINGS } from '../advise/index.ts';
import { ALERT_ERRORS, alertSettings } from '../alert/index.ts';
import { catalogQueries as catalog, consoleCommands as commands } from '../catalog/index.ts';
import { checks as allChecks, type Check, OBJECTIVE_SETTINGS } from '../diagnose/index.ts';
import type { ErrorDefinition } from '../kernel/index.ts';
import { OBSERVE_SETTINGS } from '../observe/index.ts';
import { EMBEDDED_ERRORS } from '../postgres/embedded/index.ts';
import { POSTGRES_ERRORS, POSTGRES_SETTINGS } from '../postgres/index.ts';
import { REDIS_ERRORS, REDIS_SETTINGS } from '../redis/index.ts';
import { type AnySetting, SETTINGS_ERRORS } from '../settings/index.ts';
import { STORE_ERRORS, STORE_SETTINGS } from '../store/index.ts';
import { WHATIF_ERRORS, WHATIF_SETTINGS } from '../whatif/index.ts';
import { APP_ERRORS } from './errors.ts';
import { OTLP_ERRORS } from './metrics/errors.ts';
import { OTLP_SETTINGS } from './metrics/settings.ts';
import { HTTP_ERRORS } from './service/errors.ts';
import { HTTP_SETTINGS, MCP_SETTINGS } from './service/settings.ts';
import { WATCH_SETTINGS } from './watch/settings.ts';

/** JSON Schemas of `audit`, `cache advise`, `cache status`, `explain`, `indexes`, `queries --advice` and `tune --json`. */
export {
  auditJsonSchema,
  cacheAdviceJsonSchema,
  cacheStatusJsonSchema,
  explainJsonSchema,
  indexesJsonSchema,
  queryAdviceJsonSchema,
  tuneJsonSchema,
} from '../report/index.ts';

/** Every check. */
export const checks: readonly Check[] = allChecks;

/** Every query on a target's catalogues. */
export const catalogQueries: typeof catalog = catalog;

/** Every command for the admin console of a pooler. */
export const consoleCommands: typeof commands = commands;

/** Every row of the error catalogue, by code. */
export const errorDefinitions: readonly ErrorDefinition[] = [
  SETTINGS_ERRORS,
  POSTGRES_ERRORS,
  EMBEDDED_ERRORS,
  REDIS_ERRORS,
  WHATIF_ERRORS,
  STORE_ERRORS,
  ALERT_ERRORS,
  ACT_ERRORS,
  APP_ERRORS,
  HTTP_ERRORS,
  OTLP_ERRORS,
].flatMap((rows) => Object.values<ErrorDefinition>(rows));

/** Every setting, by stage and then in the order of the checks. */
export const settingDefinitions: readonly AnySetting[] = uniqueByKey([
  ...Object.values(POSTGRES_SETTINGS),
  ...Object.values(OBSERVE_SETTINGS),
  ...Object.values(OBJECTIVE_SETTINGS),
  ...Object.values<AnySetting>(ADVISE_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(TUNE_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values(CACHING_SETTINGS),
  ...Object.values<AnySetting>(WHATIF_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(STORE_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(WATCH_SETTINGS),
  ...Object.values<AnySetting>(REDIS_SETTINGS as unknown as Record<string, AnySetting>),
  ...alertSettings,
  ...Object.values<AnySetting>(POLICY_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(VERDICT_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(ACT_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(HTTP_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(MCP_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(OTLP_SETTINGS as unknown as Record<string, AnySetting>),
  ...allChecks.flatMap((check) => Object.values(check.settings)),
]);

/** Checks may share a setting, such as the host's memory. */
function uniqueByKey(settings: readonly AnySetting[]): readonly AnySetting[] {
  return [...new Map(settings.map((setting) => [setting.key, setting])).values()];
}

import { ADVISE_SETTINGS } from '../advise/index.ts';
import { catalogQueries as catalog } from '../catalog/index.ts';
import { checks as allChecks, type Check, OBJECTIVE_SETTINGS } from '../diagnose/index.ts';
import type { ErrorDefinition } from '../kernel/index.ts';
import { OBSERVE_SETTINGS } from '../observe/index.ts';
import { EMBEDDED_ERRORS } from '../postgres/embedded/index.ts';
import { POSTGRES_ERRORS, POSTGRES_SETTINGS } from '../postgres/index.ts';
import { type AnySetting, SETTINGS_ERRORS } from '../settings/index.ts';
import { WHATIF_ERRORS, WHATIF_SETTINGS } from '../whatif/index.ts';
import { APP_ERRORS } from './errors.ts';

/** JSON Schemas of `audit`, `explain` and `indexes --json`. */
export { auditJsonSchema, explainJsonSchema, indexesJsonSchema } from '../report/index.ts';

/** Every check. */
export const checks: readonly Check[] = allChecks;

/** Every query on a target's catalogues. */
export const catalogQueries: typeof catalog = catalog;

/** Every row of the error catalogue, by code. */
export const errorDefinitions: readonly ErrorDefinition[] = [
  SETTINGS_ERRORS,
  POSTGRES_ERRORS,
  EMBEDDED_ERRORS,
  WHATIF_ERRORS,
  APP_ERRORS,
].flatMap((rows) => Object.values<ErrorDefinition>(rows));

/** Every setting, by stage and then in the order of the checks. */
export const settingDefinitions: readonly AnySetting[] = uniqueByKey([
  ...Object.values(POSTGRES_SETTINGS),
  ...Object.values(OBSERVE_SETTINGS),
  ...Object.values(OBJECTIVE_SETTINGS),
  ...Object.values<AnySetting>(ADVISE_SETTINGS as unknown as Record<string, AnySetting>),
  ...Object.values<AnySetting>(WHATIF_SETTINGS as unknown as Record<string, AnySetting>),
  ...allChecks.flatMap((check) => Object.values(check.settings)),
]);

/** Checks may share a setting, such as the host's memory. */
function uniqueByKey(settings: readonly AnySetting[]): readonly AnySetting[] {
  return [...new Map(settings.map((setting) => [setting.key, setting])).values()];
}

import { ALERT_ERRORS, type AlertConfig, OWN_MEASUREMENTS, parseAlertConfig } from '../../alert/index.ts';
import { failure, unwrap } from '../../kernel/index.ts';
import type { Settings } from '../../settings/index.ts';
import { objectiveLevels } from '../views/objectives.ts';
import { latencyClasses } from '../watch/objective-events.ts';
import { MEASUREMENTS } from './measurements.ts';

const KNOWN: ReadonlySet<string> = new Set([...MEASUREMENTS.map(({ name }) => name), ...OWN_MEASUREMENTS]);

/**
 * Reads what the configuration file says of alerts.
 * @param tables what it says below `[alert]` beside settings
 * @throws ALERT.CONFIG_INVALID that names the place
 */
export function readAlertConfig(tables: Readonly<Record<string, unknown>>, settings: Settings): AlertConfig {
  const objectives = objectiveLevels(settings, latencyClasses(settings)).map(({ id, title, ratio }) => ({
    id,
    title,
    goal: ratio,
  }));
  const config = unwrap(parseAlertConfig(tables, settings, objectives));
  for (const rule of config.rules) {
    if (rule.kind !== 'measurement') continue;
    const names = [rule.measurement, ...rule.guards.map(({ measurement }) => measurement)];
    const unknown = names.find((name) => !KNOWN.has(name));
    if (unknown === undefined) continue;
    const reason = `There is no measurement "${unknown}"; \`pgsteward alerts rules\` lists all`;
    throw failure(ALERT_ERRORS.CONFIG_INVALID, { path: `alert.rules, rule "${rule.id}"`, reason });
  }
  return config;
}

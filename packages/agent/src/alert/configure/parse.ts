import * as z from 'zod';
import { failed, failure, type Result, success } from '../../kernel/index.ts';
import { wrongSchedule } from '../../schedule/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { ChannelConfig } from '../channels/registry.ts';
import { ALERT_ERRORS } from '../errors.ts';
import { builtInRules } from '../registry.ts';
import { BUILT_IN_INHIBITIONS } from '../route/inhibit.ts';
import { type AlertObjective, burnRateRules } from '../rules/burn-rate.ts';
import { ALERT_SETTINGS } from '../settings.ts';
import type { Inhibition, MaintenanceWindow, Route, Rule } from '../types.ts';
import { channelSchema } from './channel-schema.ts';
import { durationField, matcherField, nameField, timeZoneField } from './fields.ts';
import { type GivenRoute, inherit, routeSchema } from './route-schema.ts';
import { ruleSchema } from './rule-schema.ts';

/** All that alerting is configured with. */
export interface AlertConfig {
  readonly rules: readonly Rule[];
  readonly channels: readonly ChannelConfig[];
  readonly root: Route;
  readonly windows: readonly MaintenanceWindow[];
  readonly inhibitions: readonly Inhibition[];
}

/** Keys below `alert.` of the configuration file that are no settings: they are given to {@link parseAlertConfig}. */
export const ALERT_FILE_KEYS: readonly string[] = [
  'channels',
  'default-channels',
  'routes',
  'rules',
  'disabled-rules',
  'windows',
  'inhibit',
  'objectives',
];

const windowSchema = z
  .strictObject({
    name: nameField,
    cron: z.string().min(1),
    duration: durationField.refine((ms) => ms > 0, 'must be longer than nothing'),
    'time-zone': timeZoneField.default('UTC'),
    match: z.array(matcherField).default([]),
  })
  .transform((given, context): MaintenanceWindow => {
    const schedule = { cron: given.cron, timeZone: given['time-zone'] };
    const message = wrongSchedule(schedule);
    if (message !== null) context.addIssue({ code: 'custom', path: ['cron'], message });
    return { name: given.name, ...schedule, durationMs: given.duration, matchers: given.match };
  });

const inhibitSchema = z.strictObject({
  source: z.array(matcherField).min(1),
  muted: z.array(matcherField).min(1),
  equal: z.array(z.string().min(1)).default([]),
});

/** Names of objectives have a slash: `objective/p95`. */
const objectiveSchema = z.strictObject({
  id: z.string().min(1).max(200),
  title: z.string().min(1).max(200).optional(),
  goal: z.number().gt(0).lt(1),
});

/**
 * Turns what the configuration file says below `[alert]` into rules, channels, routes and windows; variables are
 * filled in already. Without a file everything goes by the built-in rules, to nobody.
 * @param value tables of {@link ALERT_FILE_KEYS}; undefined when the file says nothing
 * @param objectives service levels whose events are counted; the file may give one another goal
 * @returns the configuration, or ALERT.CONFIG_INVALID that names the path and quotes no secret
 */
export function parseAlertConfig(
  value: unknown,
  settings: Settings,
  objectives: readonly AlertObjective[] = [],
): Result<AlertConfig> {
  const schema = z.strictObject({
    channels: z.array(channelSchema).default([]),
    'default-channels': z.array(nameField).optional(),
    routes: z.array(routeSchema).default([]),
    rules: z.array(ruleSchema(settings)).default([]),
    'disabled-rules': z.array(nameField).default([]),
    windows: z.array(windowSchema).default([]),
    inhibit: z.array(inhibitSchema).default([]),
    objectives: z.array(objectiveSchema).default([]),
  });
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) return invalid(...issueOf(parsed.error));
  const given = parsed.data;
  const own = new Set(given.rules.map(({ id }) => id));
  const builtIn = builtInRules(settings);
  const known = [...[...builtIn, ...given.rules].map(({ id }) => id), 'error-budget-burn'];
  const names = given.channels.map(({ name }) => name);
  const wrong =
    repeated(names, 'alert.channels', 'name') ??
    repeated(
      given.rules.map(({ id, severity }) => `${id} ${severity}`),
      'alert.rules',
      'id and severity',
    ) ??
    repeated(
      given.objectives.map(({ id }) => id),
      'alert.objectives',
      'id',
    ) ??
    unknown(
      given.objectives.map(({ id }) => id),
      objectives.map(({ id }) => id),
      'alert.objectives',
    ) ??
    unknown(given['default-channels'] ?? [], names, 'alert.default-channels') ??
    unknown(given['disabled-rules'], known, 'alert.disabled-rules') ??
    unknownChannel(given.routes, names, 'alert.routes');
  if (wrong !== null) return invalid(...wrong);
  const disabled = new Set(given['disabled-rules']);
  const burnRules = objectives.flatMap((objective) => {
    const own = given.objectives.find(({ id }) => id === objective.id);
    const { goal, title = objective.title } = own ?? objective;
    return burnRateRules({ id: objective.id, goal, title }, settings);
  });
  const rules = [...builtIn.filter(({ id }) => !own.has(id)), ...given.rules, ...burnRules];
  return success({
    rules: rules.filter(({ id }) => !disabled.has(id)),
    channels: given.channels,
    root: rootOf(given.routes, given['default-channels'] ?? names, settings),
    windows: given.windows,
    inhibitions: [...BUILT_IN_INHIBITIONS, ...given.inhibit],
  });
}

/** The watchdog goes only where a route asks for it: it fires always. */
function rootOf(routes: readonly GivenRoute[], channels: readonly string[], settings: Settings): Route {
  const root: Route = {
    matchers: [],
    groupBy: ['alertname', 'target'],
    groupWaitMs: settings.get(ALERT_SETTINGS.groupWaitMs),
    groupIntervalMs: settings.get(ALERT_SETTINGS.groupIntervalMs),
    repeatIntervalMs: settings.get(ALERT_SETTINGS.repeatIntervalMs),
    channels,
    isContinued: false,
    routes: [],
  };
  const watchdog: Route = {
    ...root,
    matchers: [{ label: 'alertname', operator: '=', value: 'watchdog' }],
    channels: [],
  };
  return { ...root, routes: [...routes.map((route) => inherit(route, root)), watchdog] };
}

type Wrong = readonly [path: string, reason: string];

function issueOf(error: z.ZodError): Wrong {
  const [issue] = error.issues;
  const path = (issue?.path ?? []).reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    'alert',
  );
  return [path, (issue?.message ?? 'it does not fit').replace(/^must/, 'It must').replace(/\.$/, '')];
}

function repeated(names: readonly string[], path: string, what: string): Wrong | null {
  const index = names.findIndex((name, at) => names.indexOf(name) !== at);
  return index < 0 ? null : [`${path}[${index}]`, `Another one has the same ${what}, "${names[index]}"`];
}

function unknown(given: readonly string[], known: readonly string[], path: string): Wrong | null {
  const index = given.findIndex((name) => !known.includes(name));
  if (index < 0) return null;
  return [
    `${path}[${index}]`,
    `There is no "${given[index]}"; known are ${[...new Set(known)].join(', ') || 'none'}`,
  ];
}

function unknownChannel(routes: readonly GivenRoute[], names: readonly string[], path: string): Wrong | null {
  for (const [index, route] of routes.entries()) {
    const here = `${path}[${index}]`;
    const wrong =
      unknown(route.channels ?? [], names, `${here}.channels`) ??
      unknownChannel(route.routes, names, `${here}.routes`);
    if (wrong !== null) return wrong;
  }
  return null;
}

function invalid(path: string, reason: string): Result<AlertConfig> {
  return failed(failure(ALERT_ERRORS.CONFIG_INVALID, { path, reason }));
}

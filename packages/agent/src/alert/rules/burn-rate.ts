import type { Settings } from '../../settings/index.ts';
import { ALERT_SETTINGS } from '../settings.ts';
import type { BurnRateRule, BurnWindows } from '../types.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** An objective whose error budget is watched. */
export interface AlertObjective {
  /** Id that the source of error budgets knows: `availability`. */
  readonly id: string;
  readonly title: string;
  /** Share of good events that is asked for, 0..1, below 1. */
  readonly goal: number;
}

/**
 * Windows that call somebody: 2 % of a 30-day budget in an hour, 5 % in six.
 * @source Google SRE workbook, chapter 5, table 5-8 "Recommended parameters for a 99.9% SLO"
 */
const PAGE_WINDOWS: readonly BurnWindows[] = [
  { longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, factor: 14.4 },
  { longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, factor: 6 },
];

/** Windows that make a ticket: 10 % of a 30-day budget in three days. @source Google SRE workbook, table 5-8 */
const TICKET_WINDOWS: readonly BurnWindows[] = [{ longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS, factor: 1 }];

/** Gives the two rules of an objective: one that calls somebody, one that makes a ticket. */
export function burnRateRules(objective: AlertObjective, settings: Settings): readonly BurnRateRule[] {
  const base = {
    kind: 'burn-rate',
    id: 'error-budget-burn',
    title: objective.title,
    objective: objective.id,
    goal: objective.goal,
    labels: {},
    minimumEventsCount: settings.get(ALERT_SETTINGS.minimumEvents),
    forMs: 0,
    keepFiringMs: 0,
    noDataMs: settings.get(ALERT_SETTINGS.noDataMs),
    summary:
      'the error budget of {objective} of {target} burns at {value} over {window} (more than {threshold}; goal {goal})',
    docs: 'docs/guides/alerts.md#error-budget-burn',
    finding: null,
  } as const;
  return [
    { ...base, severity: 'critical', windows: PAGE_WINDOWS },
    { ...base, severity: 'warning', windows: TICKET_WINDOWS },
  ];
}

import { formatDuration, formatRatio } from '../../kernel/index.ts';
import type { ErrorBudgetSource } from '../ports.ts';
import type { BurnRateRule, BurnWindows, ErrorBudget, Judgement, Level } from '../types.ts';
import { fillIn, labelsOf } from './summary.ts';

/** Speed at which two windows burn the error budget. */
interface Burn {
  readonly windows: BurnWindows;
  readonly long: number;
  readonly short: number;
  readonly hasEnoughEvents: boolean;
}

/**
 * Gives the burn rate: the share of bad events over the share that the objective allows. 1 uses the budget up
 * exactly at its end.
 * @param goal share of good events that is asked for, 0..1, below 1
 * @source Google SRE workbook, chapter 5 "Alerting on SLOs", section 4 "Alert on Burn Rate"
 */
export function burnRate({ badEvents, totalEvents }: ErrorBudget, goal: number): number {
  return totalEvents === 0 ? 0 : badEvents / totalEvents / (1 - goal);
}

/**
 * Judges one burn-rate rule on each target.
 * @returns no judgement for a target where one of the windows was not counted at all
 * @source Google SRE workbook, chapter 5, section 6 "Multiwindow, Multi-Burn-Rate Alerts"
 */
export async function judgeBurnRate(
  rule: BurnRateRule,
  source: ErrorBudgetSource,
  targets: readonly string[],
  now: Date,
): Promise<readonly Judgement[]> {
  const judgements = await Promise.all(
    targets.map(async (target) => {
      const burns = await Promise.all(
        rule.windows.map((windows) => readBurn(rule, windows, source, { target, now })),
      );
      const known = burns.filter((burn) => burn !== null);
      return known.length === rule.windows.length ? [judgementOf(rule, target, known, now)] : [];
    }),
  );
  return judgements.flat();
}

async function readBurn(
  rule: BurnRateRule,
  windows: BurnWindows,
  source: ErrorBudgetSource,
  { target, now }: { readonly target: string; readonly now: Date },
): Promise<Burn | null> {
  const [long, short] = await Promise.all([
    source.errorBudget(rule.objective, target, windows.longMs, now),
    source.errorBudget(rule.objective, target, windows.shortMs, now),
  ]);
  if (long === null || short === null) return null;
  return {
    windows,
    long: burnRate(long, rule.goal),
    short: burnRate(short, rule.goal),
    hasEnoughEvents: long.totalEvents >= rule.minimumEventsCount,
  };
}

function judgementOf(rule: BurnRateRule, target: string, burns: readonly Burn[], now: Date): Judgement {
  const worst = burns.reduce((a, b) => (urgency(b) > urgency(a) ? b : a));
  const labels = labelsOf(rule, target, { objective: rule.objective });
  const summary = fillIn(rule.summary, {
    ...labels,
    value: `${Number(worst.long.toPrecision(3))}×`,
    threshold: `${worst.windows.factor}×`,
    window: formatDuration(worst.windows.longMs),
    goal: formatRatio(rule.goal),
  });
  const level = burns.map(burnLevel).includes('breached') ? 'breached' : 'clear';
  return { rule, target, at: now, instances: [{ labels, level, value: worst.long, summary }] };
}

/** The short window makes the alert end soon after the trouble does. */
function burnLevel({ windows: { factor }, long, short, hasEnoughEvents }: Burn): Level {
  return hasEnoughEvents && long > factor && short > factor ? 'breached' : 'clear';
}

function urgency(burn: Burn): number {
  return (burnLevel(burn) === 'breached' ? 1e9 : 0) + burn.long / burn.windows.factor;
}

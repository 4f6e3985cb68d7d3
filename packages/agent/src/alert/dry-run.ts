import { failed, failure, type Result, success } from '../kernel/index.ts';
import { ALERT_ERRORS } from './errors.ts';
import type { States } from './evaluate/advance.ts';
import { toldStatus } from './evaluate/advance-alert.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { measurementsOf } from './evaluate/judge.ts';
import { judgeMeasurements } from './evaluate/judge-measurements.ts';
import type { MeasurementSource } from './ports.ts';
import type { MeasurementRule, Reading, Rule, Transition } from './types.ts';

/** What a rule would have done over a span of history. */
export interface DryRun {
  readonly rule: Rule;
  readonly from: Date;
  readonly to: Date;
  readonly readingsCount: number;
  /** Oldest first. */
  readonly transitions: readonly Transition[];
  /** How often an alert would have fired. */
  readonly firedCount: number;
  /** Time for which at least one alert would have fired, in milliseconds. */
  readonly firingMs: number;
}

/** A span of history. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

const KEEP_RESOLVED_MS = 900_000;

/**
 * Runs a rule over stored history: the same evaluation as in service, at the time of each reading and where one
 * stays away. The first moment of the span knows nothing of what was before.
 * @returns what would have happened, or ALERT.DRY_RUN_UNSUPPORTED for a rule that looks at no measurement
 */
export async function dryRun(
  rule: Rule,
  source: MeasurementSource,
  { from, to }: Span,
): Promise<Result<DryRun>> {
  if (rule.kind !== 'measurement') {
    const kind = rule.kind === 'finding' ? 'findings' : 'error budgets';
    return failed(failure(ALERT_ERRORS.DRY_RUN_UNSUPPORTED, { rule: rule.id, kind }));
  }
  const names = measurementsOf([rule]);
  const histories = await Promise.all(names.map((name) => source.range(name, from, to)));
  const readings = histories.flat().toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return success({ rule, from, to, readingsCount: histories[0]?.length ?? 0, ...replay(rule, readings, to) });
}

function replay(
  rule: MeasurementRule,
  readings: readonly Reading[],
  to: Date,
): Pick<DryRun, 'transitions' | 'firedCount' | 'firingMs'> {
  const last = new Map<string, Reading>();
  const transitions: Transition[] = [];
  let states: States = { alerts: [], coverage: [] };
  let firingMs = 0;
  let next = 0;
  const times = evaluationTimes(rule, readings, to);
  for (const [index, ms] of times.entries()) {
    for (let reading = readings[next]; reading !== undefined && reading.at.getTime() <= ms; ) {
      last.set(JSON.stringify([reading.measurement, reading.target]), reading);
      next += 1;
      reading = readings[next];
    }
    const now = new Date(ms);
    const step = evaluate(states, judgeLast(rule, [...last.values()], now), {
      rules: [rule],
      now,
      keepResolvedMs: KEEP_RESOLVED_MS,
      targets: [...new Set([...last.values()].map(({ target }) => target))],
    });
    transitions.push(...step.transitions);
    states = step;
    const isFiring = step.alerts.some((alert) => toldStatus(alert) === 'firing');
    if (isFiring) firingMs += (times[index + 1] ?? to.getTime()) - ms;
  }
  return { transitions, firedCount: transitions.filter(isBeginning).length, firingMs };
}

function judgeLast(
  rule: MeasurementRule,
  last: readonly Reading[],
  now: Date,
): ReturnType<typeof judgeMeasurements> {
  const byName = new Map(
    measurementsOf([rule]).map((name) => [name, last.filter(({ measurement }) => measurement === name)]),
  );
  return judgeMeasurements(rule, byName, now);
}

/** Each reading, and each moment at which one has stayed away for too long. */
function evaluationTimes(
  { noDataMs }: MeasurementRule,
  readings: readonly Reading[],
  to: Date,
): readonly number[] {
  const times = readings.flatMap(({ at }) => [at.getTime(), at.getTime() + noDataMs + 1]);
  return [...new Set(times)].filter((ms) => ms <= to.getTime()).toSorted((a, b) => a - b);
}

/** An alert that comes back from being unseen fired all the while. */
function isBeginning({ from, to }: Transition): boolean {
  return to === 'firing' && from !== 'no-data';
}

import type { Instance, Judgement, Labels, Level, MeasurementRule, Reading, Sample } from '../types.ts';
import { labelsOf, measuredSummary } from './summary.ts';

/** Readings by measurement; of each target at most one. */
export type Readings = ReadonlyMap<string, readonly Reading[]>;

/** Tells on which side of a rule's thresholds a value lies. */
export function levelOf(
  rule: Pick<MeasurementRule, 'direction' | 'threshold' | 'recoverThreshold'>,
  value: number,
): Level {
  const sign = rule.direction === 'above' ? 1 : -1;
  if (sign * value > sign * rule.threshold) return 'breached';
  return sign * value <= sign * rule.recoverThreshold ? 'clear' : 'between';
}

/**
 * Judges one rule on every target that has a fresh reading of all that the rule needs. A target without one gets
 * no judgement: the rule is blind there.
 * @param now readings older than the rule's `noDataMs` before it count as none
 */
export function judgeMeasurements(
  rule: MeasurementRule,
  readings: Readings,
  now: Date,
): readonly Judgement[] {
  const fresh = (measurement: string, target: string): Reading | undefined =>
    readings
      .get(measurement)
      ?.find((one) => one.target === target && now.getTime() - one.at.getTime() <= rule.noDataMs);
  return (readings.get(rule.measurement) ?? []).flatMap(({ target }) => {
    const reading = fresh(rule.measurement, target);
    const guards = rule.guards.map(({ measurement }) => fresh(measurement, target));
    if (reading === undefined || guards.includes(undefined)) return [];
    const instances = reading.samples
      .filter(({ value }) => !Number.isNaN(value))
      .map((sample) => instanceOf(rule, target, sample, guards));
    return [{ rule, target, at: reading.at, instances }];
  });
}

function instanceOf(
  rule: MeasurementRule,
  target: string,
  sample: Sample,
  guards: readonly (Reading | undefined)[],
): Instance {
  const isMeaningful = rule.guards.every(({ atLeast }, index) =>
    (guards[index]?.samples ?? []).some(
      ({ labels, value }) => isPartOf(labels, sample.labels) && value >= atLeast,
    ),
  );
  const labels = labelsOf(rule, target, sample.labels);
  return {
    labels,
    level: isMeaningful ? levelOf(rule, sample.value) : 'clear',
    value: sample.value,
    summary: measuredSummary(rule, labels, sample.value),
  };
}

/** A guard of the whole target holds for each of its parts. */
function isPartOf(part: Labels, whole: Labels): boolean {
  return Object.entries(part).every(([name, value]) => whole[name] === value);
}

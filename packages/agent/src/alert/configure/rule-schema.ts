import * as z from 'zod';
import type { Unit } from '../../kernel/index.ts';
import type { Settings } from '../../settings/index.ts';
import { recoverThreshold } from '../rules/define-rule.ts';
import { ALERT_SETTINGS } from '../settings.ts';
import type { MeasurementRule } from '../types.ts';
import { amountField, amountIn, durationField, labelsField, nameField } from './fields.ts';

const given = z.strictObject({
  id: nameField,
  title: z.string().min(1).max(200).optional(),
  severity: z.enum(['info', 'warning', 'critical']).default('warning'),
  measurement: nameField,
  direction: z.enum(['above', 'below']).default('above'),
  threshold: amountField,
  'recover-threshold': amountField.optional(),
  for: durationField.default(0),
  'keep-firing': durationField.optional(),
  'no-data': durationField.optional(),
  labels: labelsField.default({}),
  summary: z.string().min(1).max(1_000).default('{target}: {value} (threshold {threshold})'),
  runbook: z.string().min(1).optional(),
  finding: z.string().min(1).optional(),
  only: z.array(z.strictObject({ measurement: nameField, 'at-least': amountField })).default([]),
});

/** Endings of a measurement's name, the longer ones first. */
const ENDINGS: readonly (readonly [ending: string, unit: Unit])[] = [
  ['-bytes-per-second', 'bytesPerSecond'],
  ['-per-second', 'perSecond'],
  ['-bytes', 'bytes'],
  ['-ratio', 'ratio'],
  ['-rows', 'rows'],
  ['-ms', 'ms'],
];

/** One of `[[alert.rules]]`; what it does not say comes from the settings. */
export function ruleSchema(settings: Settings): z.ZodType<MeasurementRule> {
  return given.transform((rule, context): MeasurementRule => {
    const { id, severity, measurement, direction, labels, summary } = rule;
    const unit = unitOf(measurement);
    const read = (path: (string | number)[], amount: number | string, in_: Unit): number => {
      const value = amountIn(in_, amount);
      if (value === null) context.addIssue({ code: 'custom', path, message: `must be in ${in_}` });
      return value ?? 0;
    };
    const threshold = read(['threshold'], rule.threshold, unit);
    const recover = rule['recover-threshold'];
    const recovered =
      recover === undefined
        ? recoverThreshold({ direction, unit }, threshold, settings)
        : read(['recover-threshold'], recover, unit);
    if (direction === 'above' ? recovered > threshold : recovered < threshold) {
      const message = `must not lie ${direction} the threshold`;
      context.addIssue({ code: 'custom', path: ['recover-threshold'], message });
    }
    return {
      kind: 'measurement',
      id,
      title: rule.title ?? id,
      severity,
      labels,
      measurement,
      direction,
      unit,
      threshold,
      recoverThreshold: recovered,
      guards: rule.only.map(({ measurement, 'at-least': atLeast }, index) => ({
        measurement,
        atLeast: read(['only', index, 'at-least'], atLeast, unitOf(measurement)),
      })),
      forMs: rule.for,
      keepFiringMs: rule['keep-firing'] ?? settings.get(ALERT_SETTINGS.keepFiringMs),
      noDataMs: rule['no-data'] ?? settings.get(ALERT_SETTINGS.noDataMs),
      summary,
      docs: rule.runbook ?? null,
      finding: rule.finding ?? null,
    };
  });
}

/** Gives the unit that a measurement's name ends in; a count where it ends in none. */
function unitOf(measurement: string): Unit {
  return ENDINGS.find(([ending]) => measurement.endsWith(ending))?.[1] ?? 'count';
}

import { escapeControls, formatUnit, type Unit } from '../../kernel/index.ts';
import type { Labels, MeasurementRule, RuleHead } from '../types.ts';

/** Longest value of a label or a text that comes from a database. */
const MAXIMUM_LENGTH = 300;

/** Makes text from a database fit for one line of a message: no control characters, not too long. */
export function oneLine(text: string): string {
  const characters = Array.from(escapeControls(text));
  return characters.length <= MAXIMUM_LENGTH
    ? characters.join('')
    : `${characters.slice(0, MAXIMUM_LENGTH - 1).join('')}…`;
}

/** Gives the labels of an alert: the rule's own, the target's, and those of what was seen. */
export function labelsOf(rule: RuleHead, target: string, own: Labels): Labels {
  const seen = Object.entries(own).map(([name, value]) => [name, oneLine(value)]);
  return {
    ...Object.fromEntries(seen),
    ...rule.labels,
    alertname: rule.id,
    severity: rule.severity,
    ...(target === '' ? {} : { target }),
  };
}

/** Fills `{NAME}` in a text from values; a name that is not there stays as it is written. */
export function fillIn(template: string, values: Labels): string {
  return template.replace(/\{([\w-]+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : placeholder,
  );
}

/** Fills the summary of a measurement rule. */
export function measuredSummary(rule: MeasurementRule, labels: Labels, value: number): string {
  const show = (number: number): string => formatted(number, rule.unit);
  return fillIn(rule.summary, { ...labels, value: show(value), threshold: show(rule.threshold) });
}

function formatted(value: number, unit: Unit): string {
  return Number.isFinite(value) ? formatUnit(value, unit) : String(value);
}

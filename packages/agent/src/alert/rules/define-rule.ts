import type { Unit } from '../../kernel/index.ts';
import {
  bytesSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
  type Settings,
} from '../../settings/index.ts';
import { ALERT_SETTINGS } from '../settings.ts';
import type { AlertSeverity, MeasurementRule } from '../types.ts';

/** A threshold of a built-in rule: its default, and why it is that. */
export interface DefaultThreshold {
  readonly value: number;
  readonly source: string;
}

/** Another measurement that must be high enough, as a built-in rule declares it. */
export interface DeclaredGuard {
  readonly measurement: string;
  /** Name of the setting within the rule: `minimum-transactions-count`. */
  readonly key: string;
  readonly unit: Unit;
  readonly summary: string;
  readonly atLeast: DefaultThreshold;
}

/** A rule as the registry declares it; the thresholds become settings. */
export interface DeclaredRule {
  readonly id: string;
  readonly title: string;
  readonly measurement: string;
  /** What the measurement is, for the help of the thresholds: `Share of max_connections in use`. */
  readonly meaning: string;
  readonly direction: 'above' | 'below';
  readonly unit: Unit;
  readonly thresholds: Readonly<Partial<Record<AlertSeverity, DefaultThreshold>>>;
  readonly forMs: number;
  /** Only where `alert.keep-firing-ms` does not fit. */
  readonly keepFiringMs?: number;
  /** Only where `alert.no-data-ms` does not fit: what is read rarely. */
  readonly noDataMs?: number;
  readonly guards?: readonly DeclaredGuard[];
  readonly summary: string;
  readonly finding: string | null;
}

/** A built-in rule: its settings, and the rules that follow from them, one for each severity. */
export interface BuiltInRule {
  readonly declared: DeclaredRule;
  readonly settings: readonly Setting<number>[];
  rules(settings: Settings): readonly MeasurementRule[];
}

/** Where the pages of the rules are; each has a heading that is its id. */
const DOCS = 'docs/guides/alerts.md';

/** Declares a built-in rule. */
export function defineRule(declared: DeclaredRule): BuiltInRule {
  const thresholds = Object.entries(declared.thresholds).map(([severity, threshold]) => ({
    severity: severity as AlertSeverity,
    setting: thresholdSetting(declared, severity, threshold),
  }));
  const forMs = durationSetting({
    key: `alert.${declared.id}.for-ms`,
    summary: `How long the condition of ${declared.id} must hold before the alert fires.`,
    default: declared.forMs,
    source: declared.forMs === 0 ? 'one reading is proof enough' : 'shorter peaks need nobody',
  });
  const guards = (declared.guards ?? []).map((guard) => ({ guard, setting: guardSetting(declared, guard) }));
  return {
    declared,
    settings: [...thresholds, ...guards].map(({ setting }) => setting).concat(forMs),
    rules: (settings) =>
      thresholds.map(({ severity, setting }) => ({
        kind: 'measurement',
        id: declared.id,
        title: declared.title,
        severity,
        labels: {},
        measurement: declared.measurement,
        direction: declared.direction,
        unit: declared.unit,
        threshold: settings.get(setting),
        recoverThreshold: recoverThreshold(declared, settings.get(setting), settings),
        guards: guards.map((one) => ({
          measurement: one.guard.measurement,
          atLeast: settings.get(one.setting),
        })),
        forMs: settings.get(forMs),
        keepFiringMs: declared.keepFiringMs ?? settings.get(ALERT_SETTINGS.keepFiringMs),
        noDataMs: Math.max(declared.noDataMs ?? 0, settings.get(ALERT_SETTINGS.noDataMs)),
        summary: declared.summary,
        docs: `${DOCS}#${declared.id}`,
        finding: declared.finding,
      })),
  };
}

/** Gives the threshold from which a value has recovered; a share that must stay high cannot pass 1. */
export function recoverThreshold(
  { direction, unit }: Pick<DeclaredRule, 'direction' | 'unit'>,
  threshold: number,
  settings: Settings,
): number {
  const margin = settings.get(ALERT_SETTINGS.recoverMargin);
  if (direction === 'above') return threshold - margin * Math.abs(threshold);
  if (unit === 'ratio' && threshold <= 1) return threshold + margin * (1 - threshold);
  return threshold + margin * Math.abs(threshold);
}

function thresholdSetting(
  { id, meaning, direction, unit }: DeclaredRule,
  severity: string,
  { value, source }: DefaultThreshold,
): Setting<number> {
  const beyond = direction === 'above' ? 'above' : 'below';
  return settingOf(unit, {
    key: `alert.${id}.threshold-${severity}-${suffixOf(unit)}`,
    summary: `${meaning} ${beyond} which the alert ${id} is ${severity}.`,
    default: value,
    source,
  });
}

function guardSetting({ id }: DeclaredRule, { key, unit, summary, atLeast }: DeclaredGuard): Setting<number> {
  return settingOf(unit, {
    key: `alert.${id}.${key}`,
    summary,
    default: atLeast.value,
    source: atLeast.source,
  });
}

function settingOf(unit: Unit, row: Parameters<typeof durationSetting>[0]): Setting<number> {
  if (unit === 'ms') return durationSetting(row);
  if (unit === 'bytes' || unit === 'bytesPerSecond') return { ...bytesSetting(row), unit };
  if (unit === 'ratio') return ratioSetting(row);
  return countSetting({ ...row, unit });
}

function suffixOf(unit: Unit): string {
  return unit.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

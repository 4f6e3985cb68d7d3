import { PgstewardError } from '../../kernel/index.ts';
import type { ErrorBudgetSource, FindingSource, MeasurementSource } from '../ports.ts';
import { BLIND_RULES, WATCHDOG } from '../rules/availability.ts';
import type { Judgement, MeasurementRule, Reading, Rule } from '../types.ts';
import { judgeBurnRate } from './judge-burn-rate.ts';
import { judgeFindings, namedChecks } from './judge-findings.ts';
import { judgeMeasurements, type Readings } from './judge-measurements.ts';

/** Where the rules look. */
export interface Sources {
  readonly measurements: MeasurementSource;
  readonly findings?: FindingSource;
  readonly budgets?: ErrorBudgetSource;
}

/** What the rules say now, and what could not be read. */
export interface Judgements {
  readonly judgements: readonly Judgement[];
  readonly failures: readonly SourceFailure[];
}

/** A source that did not answer; the rules that need it are blind until it does. */
export interface SourceFailure {
  /** Measurement, `findings`, or objective. */
  readonly what: string;
  readonly error: string;
}

/** What one look is made with. */
export interface JudgeOptions {
  readonly targets: readonly string[];
  readonly now: Date;
}

/** Reads what the rules need and judges. A source that fails makes its own rules blind and no others. */
export async function judge(
  rules: readonly Rule[],
  sources: Sources,
  { targets, now }: JudgeOptions,
): Promise<Judgements> {
  const failures: SourceFailure[] = [];
  const attempt = async <T>(what: string, empty: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      failures.push({ what, error: messageOf(error) });
      return empty;
    }
  };
  const measured = rules.filter((rule) => rule.kind === 'measurement');
  const readings = await readAll(measured, (name) =>
    attempt<readonly Reading[]>(name, [], () => sources.measurements.latest(name)),
  );
  const own = new Map([...readings, [WATCHDOG, [readingOfOwn(WATCHDOG, now)]]]);
  const found = rules.filter((rule) => rule.kind === 'finding');
  const named = namedChecks(found);
  const diagnoses = await attempt('findings', [], async () => (await sources.findings?.latest()) ?? []);
  const { budgets } = sources;
  const burns = rules.filter((rule) => rule.kind === 'burn-rate');
  const burned = await Promise.all(
    budgets === undefined
      ? []
      : burns.map((rule) =>
          attempt<readonly Judgement[]>(rule.objective, [], () => judgeBurnRate(rule, budgets, targets, now)),
        ),
  );
  return {
    judgements: [
      ...measured.flatMap((rule) => judgeMeasurements(rule, own, now)),
      ...found.flatMap((rule) => judgeFindings(rule, diagnoses, { named, now })),
      ...burned.flat(),
    ],
    failures,
  };
}

/** Gives the names of the measurements that rules need of a source, those of their guards included. */
export function measurementsOf(rules: readonly MeasurementRule[]): readonly string[] {
  const names = rules.flatMap(({ measurement, guards }) => [
    measurement,
    ...guards.map((guard) => guard.measurement),
  ]);
  return [...new Set(names)].filter((name) => name !== WATCHDOG && name !== BLIND_RULES);
}

async function readAll(
  rules: readonly MeasurementRule[],
  read: (name: string) => Promise<readonly Reading[]>,
): Promise<Readings> {
  const names = measurementsOf(rules);
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

function readingOfOwn(measurement: string, now: Date): Reading {
  return { measurement, target: '', at: now, samples: [{ labels: {}, value: 1 }] };
}

function messageOf(error: unknown): string {
  if (error instanceof PgstewardError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

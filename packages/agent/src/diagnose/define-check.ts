import type { SectionName } from '../observe/index.ts';
import type { BlindSpot, Check, CheckInput, CheckSettings, FindingDraft, Severity } from './types.ts';

interface Draft<Needs extends SectionName, Values extends CheckSettings> {
  readonly id: `diagnose/${string}`;
  readonly title: string;
  readonly needs: readonly Needs[];
  readonly needsPlans?: Check['needsPlans'];
  readonly judgesStatements?: Check['judgesStatements'];
  readonly needsHistory?: Check['needsHistory'];
  readonly source: string;
  readonly settings: Values;
  readonly run: (input: CheckInput<Needs, Values>) => readonly (FindingDraft | BlindSpot)[];
}

/** Declares a check; `run` is given exactly the parts that `needs` names and the values of `settings`. */
export function defineCheck<const Needs extends SectionName, const Values extends CheckSettings>(
  draft: Draft<Needs, Values>,
): Check {
  // The engine gives every check the parts and settings that this very object names.
  return draft as unknown as Check;
}

/** Builds a finding. */
export function finding(draft: Omit<FindingDraft, 'kind'>): FindingDraft {
  return { kind: 'finding', ...draft };
}

/** Says that something could not be checked: never silently taken as fine. */
export function blindSpot(reason: string, remedy: string): BlindSpot {
  return { kind: 'blind-spot', reason, remedy };
}

/**
 * Picks the severity of a value that is bad when high.
 * @returns null below `warning`
 */
export function gradeAbove(value: number, warning: number, critical: number): Severity | null {
  if (value >= critical) return 'critical';
  return value >= warning ? 'warning' : null;
}

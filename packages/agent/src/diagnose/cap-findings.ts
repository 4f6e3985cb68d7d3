import { countSetting, type Setting } from '../settings/index.ts';
import type { FindingDraft } from './types.ts';

/**
 * Declares how many findings a check gives at most, so that a schema of 10,000 tables stays readable.
 * @param check bare name such as `no-primary-key`
 */
export function maximumFindingsSetting(check: string, maximum = 50): Setting<number> {
  return countSetting({
    key: `diagnose.${check}.maximum-findings`,
    summary: 'Most findings that the check gives; the last one says how many were left out.',
    default: maximum,
    minimum: 1,
    source: 'a list that a person still reads to its end',
  });
}

/** Keeps the first findings, the worst of a sorted list; the last kept one says how many were left out. */
export function capFindings(drafts: readonly FindingDraft[], maximum: number): readonly FindingDraft[] {
  return describeWorst(drafts, maximum, (draft) => draft);
}

/**
 * Describes the first rows, the worst of a sorted list, and only those: formatting thousands of numbers takes
 * longer than finding them. The last finding says how many rows were left out.
 */
export function describeWorst<Row>(
  rows: readonly Row[],
  maximum: number,
  describe: (row: Row) => FindingDraft,
): readonly FindingDraft[] {
  const drafts = rows.slice(0, maximum).map((row) => describe(row));
  const last = drafts.at(-1);
  if (rows.length <= maximum || last === undefined) return drafts;
  const omittedCount = rows.length - maximum;
  return [
    ...drafts.slice(0, -1),
    {
      ...last,
      title: `${last.title} (and ${omittedCount} more)`,
      evidence: { ...last.evidence, omittedCount },
    },
  ];
}

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
  const last = drafts[maximum - 1];
  if (drafts.length <= maximum || last === undefined) return drafts;
  const omittedCount = drafts.length - maximum;
  return [
    ...drafts.slice(0, maximum - 1),
    {
      ...last,
      title: `${last.title} (and ${omittedCount} more)`,
      evidence: { ...last.evidence, omittedCount },
    },
  ];
}

import { displayName, formatCount, quoteQualified } from '../../../kernel/index.ts';
import type { SequencePast } from '../../../observe/index.ts';
import { durationSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const DAY_MS = 86_400_000;

const settings = {
  warningMs: durationSetting({
    key: 'diagnose.int-key-overflow.warning-ms',
    summary: 'Time until a key runs out, at its present growth, from which it is a warning.',
    default: 365 * DAY_MS,
    source: 'checks.md: date within one year; to widen the key of a large table takes a planned release',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.int-key-overflow.critical-ms',
    summary: 'Time until a key runs out, at its present growth, from which it is critical.',
    default: 60 * DAY_MS,
    source: 'a table of a terabyte is copied in weeks',
  }),
  minimumMs: durationSetting({
    key: 'diagnose.int-key-overflow.minimum-observed-ms',
    summary: 'Time that the growth of a sequence must have been seen for.',
    default: DAY_MS,
    source: 'a day holds its rush hours and its nights',
  }),
  maximumFindings: maximumFindingsSetting('int-key-overflow'),
};

/** Finds keys whose sequence runs out soon if it goes on growing as it does. */
export const intKeyOverflow: Check = defineCheck({
  id: 'diagnose/int-key-overflow',
  title: 'Keys that soon run out',
  needs: [],
  needsHistory: true,
  source: 'PostgreSQL docs 8.1.1 "Integer Types": a 4-byte integer ends at 2,147,483,647',
  settings,
  run: ({ observation, values, threshold }) => {
    const drafts = (observation.history?.sequences ?? [])
      .filter(({ grownCount, observedMs }) => grownCount > 0 && observedMs >= values.minimumMs)
      .map((sequence) => ({ sequence, leftMs: timeLeft(sequence) }))
      .filter(({ leftMs }) => leftMs <= values.warningMs)
      .toSorted((a, b) => a.leftMs - b.leftMs)
      .map(({ sequence, leftMs }) => {
        const name = displayName(sequence.schema, sequence.name);
        const isCritical = leftMs <= values.criticalMs;
        const perDay = (sequence.grownCount * DAY_MS) / sequence.observedMs;
        const days = Math.floor(leftMs / DAY_MS);
        return finding({
          severity: isCritical ? 'critical' : 'warning',
          subject: { kind: 'sequence', schema: sequence.schema, name: sequence.name },
          title: `${name} runs out in ${formatCount(days)} days if it goes on growing by ${formatCount(Math.round(perDay))} a day`,
          evidence: {
            daysLeftCount: days,
            grownPerDayCount: perDay,
            usedCount: sequence.usedCount,
            remainingCount: sequence.availableCount - sequence.usedCount,
            usedRatio: sequence.usedCount / sequence.availableCount,
            observedMs: sequence.observedMs,
          },
          threshold: threshold(isCritical ? 'criticalMs' : 'warningMs'),
          remedy: `plan to widen the key: add a bigint column, fill it in batches, swap, then alter sequence ${quoteQualified(sequence.schema, sequence.name)} as bigint; foreign keys to it need the same type`,
        });
      });
    return capFindings(drafts, values.maximumFindings);
  },
});

function timeLeft({ availableCount, usedCount, grownCount, observedMs }: SequencePast): number {
  return ((availableCount - usedCount) / grownCount) * observedMs;
}

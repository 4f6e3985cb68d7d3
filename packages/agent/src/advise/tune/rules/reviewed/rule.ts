import type { Finding } from '../../../../diagnose/index.ts';
import { settingBytes } from '../../../../kernel/index.ts';
import type { Outcome, SettingDraft, TuneInput, TuneRule } from '../../types.ts';

/** What is written where a finding names one of these; the finding has the evidence. */
type Remedy = (input: TuneInput, finding: Finding) => Pick<SettingDraft, 'value' | 'number' | 'risk'> | null;

const CHECKS: readonly string[] = ['diagnose/settings-review', 'diagnose/track-io-timing-off'];

/** Whoever chose less than the default is told so by a finding, and no formula speaks for less. */
const leastWorkMem: Remedy = (input, { threshold: { key, value } }) => {
  const least = Number(value);
  const isSmall =
    key === 'diagnose.settings-review.work-mem-bytes' && (input.number('work_mem') ?? 0) < least;
  if (!isSmall || (input.affordable('work_mem') ?? least) < least) return null;
  return {
    value: settingBytes(least),
    number: least,
    risk: { level: 'low', why: 'each sort and hash of each session may take it: no more than by default' },
  };
};

const REMEDIES: Readonly<Record<string, Remedy>> = {
  checkpoint_completion_target: () => ({
    value: '0.9',
    number: 0.9,
    risk: { level: 'low', why: 'checkpoints write for longer, and less at a time' },
  }),
  max_parallel_workers: ({ machine }) =>
    machine.cpus === null
      ? null
      : {
          value: String(machine.cpus),
          number: machine.cpus,
          risk: { level: 'low', why: 'fewer statements run in parallel at a time' },
        },
  track_io_timing: () => ({
    value: 'on',
    number: null,
    risk: {
      level: 'low',
      why: 'each block read takes two readings of the clock, which is slow only on machines with a slow clock',
    },
  }),
  work_mem: leastWorkMem,
};

/** Writes the settings that follow from a finding alone. */
export const reviewed: TuneRule = {
  id: 'tune/reviewed',
  run: (input) =>
    input.findings.flatMap((finding): readonly Outcome[] => {
      const { id, subject, title, evidence } = finding;
      const remedy = CHECKS.includes(id) ? REMEDIES[subject.name] : undefined;
      const written = remedy?.(input, finding) ?? null;
      if (written === null) return [];
      return [
        {
          kind: 'setting',
          name: subject.name,
          ...written,
          basis: 'finding',
          why: title,
          evidence,
          source: String(evidence['ruleSource'] ?? finding.source),
          effect: {
            metric: subject.name,
            before: input.number(subject.name),
            after: written.number,
            unit: 'count',
            method: 'by definition; measured afterwards by the verdict',
          },
        },
      ];
    }),
};

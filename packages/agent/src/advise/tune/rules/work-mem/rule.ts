import { formatBytes, formatCount, formatRatio, settingBytes } from '../../../../kernel/index.ts';
import { FORMULA_SOURCE, formulaWorkMem, isUntouched, tooLittle } from '../../formulas.ts';
import { bytesPerHour, type Spill, spilledBytes, spillsOf } from '../../spills.ts';
import type { Outcome, TuneInput, TuneRule } from '../../types.ts';
import { chooseWorkMem } from './choose.ts';

const SOURCE = 'PostgreSQL docs 19.4.1 "Memory": work_mem; F.32 "pg_stat_statements": temp_blks_written';
const MB = 1024 ** 2;
const SPARE = { metric: 'temporaryBytesPerHour', unit: 'bytes' } as const;
const RISK = {
  level: 'medium',
  why: 'each sort and hash of each session may take it, a parallel plan once for each worker; the worst case was counted once a connection',
} as const;

/** Sizes work_mem by the temporary files that statements wrote, within what all sessions together may take. */
export const workMem: TuneRule = {
  id: 'tune/work-mem',
  run: (input) => {
    const current = input.number('work_mem');
    if (current === null) return [];
    const spills = spillsOf(input);
    const bytes = spilledBytes(spills);
    if (bytes < input.values.spillBytes)
      return input.isNew && bytes === 0 && isUntouched(input, 'work_mem') ? byFormula(input, current) : [];
    const room = input.affordable('work_mem');
    if (room === null) {
      const reason = `${formatBytes(bytes)} went to temporary files, and how much memory the machine has is not known`;
      return [{ kind: 'gap', reason, remedy: 'say so: --memory 16GB, or target.memory-bytes' }];
    }
    return measured(input, { current, spills, bytes, room });
  },
};

interface Measured {
  readonly current: number;
  readonly spills: readonly Spill[];
  readonly bytes: number;
  readonly room: number;
}

function measured(input: TuneInput, { current, spills, bytes, room }: Measured): readonly Outcome[] {
  const { values } = input;
  const mostBytes = Math.min(room, values.maximumWorkMemBytes);
  const choice = chooseWorkMem(spills, { mostBytes, coverageRatio: values.spillCoverageRatio });
  if (choice === null || choice.bytes <= current) {
    const reason = `${formatBytes(bytes)} went to temporary files, and no work_mem up to ${formatBytes(mostBytes)} would have held them: that is all that every session may take${room < values.maximumWorkMemBytes ? ' of this memory' : ''}`;
    const remedy =
      'see diagnose/spill: an index in the order of the sort, fewer rows, or more memory for one role (alter role … set work_mem)';
    return [{ kind: 'gap', reason, remedy }];
  }
  const { sessions } = input.workload;
  const hourly = bytesPerHour(input, bytes);
  const draft: Outcome = {
    kind: 'setting',
    name: 'work_mem',
    value: settingBytes(choice.bytes),
    number: choice.bytes,
    basis: 'measured',
    why: `${formatBytes(bytes)} went to temporary files; ${settingBytes(choice.bytes)} would have spared ${formatRatio(choice.coverageRatio)} of them${sessions === null ? '' : `, with ${formatCount(sessions.activeMost)} sessions active at the busiest`}`,
    evidence: {
      workMemBytes: current,
      temporaryBytes: bytes,
      spillingStatementsCount: spills.length,
      sparedRatio: choice.coverageRatio,
      activeMostCount: sessions?.activeMost ?? null,
      affordableBytes: Math.floor(room),
    },
    source: SOURCE,
    effect: {
      ...SPARE,
      before: hourly,
      after: hourly === null ? null : hourly * (1 - choice.coverageRatio),
      method: 'what a statement wrote for each call takes about 2.5 times as much in memory',
    },
    risk: RISK,
    remedies: ['diagnose/spill', 'diagnose/temp-files'],
  };
  return [draft];
}

function byFormula(input: TuneInput, current: number): readonly Outcome[] {
  const { memoryBytes } = input.machine;
  const room = input.affordable('work_mem');
  if (memoryBytes === null || room === null) return [];
  const wanted = formulaWorkMem(memoryBytes, {
    sharedBuffersBytes: input.number('shared_buffers') ?? 0,
    connections: input.number('max_connections') ?? 100,
    workers: input.number('max_worker_processes') ?? 8,
  });
  const bytes = Math.floor(Math.min(wanted, room) / MB) * MB;
  if (bytes <= current) return [];
  return [
    {
      kind: 'setting',
      name: 'work_mem',
      value: settingBytes(bytes),
      number: bytes,
      basis: 'formula',
      why: `${tooLittle(input)}; what sessions leave one another of the memory is where to begin`,
      evidence: { workMemBytes: current, memoryBytes, affordableBytes: Math.floor(room) },
      source: FORMULA_SOURCE,
      effect: { ...SPARE, before: null, after: null, method: 'no temporary files were seen yet' },
      risk: RISK,
    },
  ];
}

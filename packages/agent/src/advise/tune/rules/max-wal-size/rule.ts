import { neededWalBytes, nextWalSize, PEAK_FACTOR } from '../../../../diagnose/index.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRatio,
  settingBytes,
} from '../../../../kernel/index.ts';
import { FORMULA_MAX_WAL_BYTES, FORMULA_SOURCE, tooLittle } from '../../formulas.ts';
import type { Outcome, TuneInput, TuneRule } from '../../types.ts';

const SOURCE = 'PostgreSQL docs 28.5 "WAL Configuration": checkpoints should begin by time';
/** PostgreSQL's default: initdb writes it down, so that its source tells nothing. */
const DEFAULT_BYTES = 1024 ** 3;
/** Share of the disk that WAL may take. */
const DISK_RATIO = 0.1;

/** Sizes max_wal_size by the WAL of the busiest minutes, so that checkpoints begin by time. */
export const maxWalSize: TuneRule = {
  id: 'tune/max-wal-size',
  run: (input) => {
    const { checkpoints, wal } = input.workload;
    const current = input.number('max_wal_size');
    if (current === null || input.snapshot.server.isInRecovery) return [];
    if (checkpoints === null || wal === null || wal.observedMs <= 0) return [];
    const { requestedCount, timedCount } = checkpoints;
    const requestedRatio = requestedCount / Math.max(1, requestedCount + timedCount);
    const { values } = input;
    const isPressed = requestedCount >= values.requestedCount && requestedRatio > values.requestedRatio;
    // Requested checkpoints count only when as much WAL was written as begins them.
    const isByWal = wal.bytes / Math.max(1, requestedCount) >= current / 4;
    if (isPressed && isByWal) return measured(input, { current, requestedRatio, wal });
    return input.isNew && requestedCount === 0 && current === DEFAULT_BYTES ? byFormula(input, current) : [];
  },
};

interface Pressure {
  readonly current: number;
  readonly requestedRatio: number;
  readonly wal: NonNullable<TuneInput['workload']['wal']>;
}

function measured(input: TuneInput, { current, requestedRatio, wal }: Pressure): readonly Outcome[] {
  const meanPerSecond = wal.bytes / (wal.observedMs / 1_000);
  const most = Math.max(wal.mostBytesPerSecond ?? meanPerSecond * PEAK_FACTOR, meanPerSecond);
  const timeoutMs = input.number('checkpoint_timeout') ?? 300_000;
  const completionRatio = input.number('checkpoint_completion_target') ?? 0.9;
  const needed = neededWalBytes(most, { timeoutMs, completionRatio });
  // A history also tells of the time before the last raise: what it needed then may fit by now.
  const isKnown = input.workload.source === 'history';
  if (isKnown && needed <= current) return [];
  const wanted = Math.min(nextWalSize(Math.max(needed, isKnown ? 0 : 2 * current)), mostWal(input));
  if (wanted <= current) {
    const reason = `max_wal_size is ${formatBytes(current)}, and ${formatRatio(requestedRatio)} of the checkpoints began because it was full: more is not proposed`;
    return [
      {
        kind: 'gap',
        reason,
        remedy: 'raise advise.tune.maximum-wal-bytes or target.disk-bytes where the disk has room',
      },
    ];
  }
  const { requestedCount = 0, timedCount = 0 } = input.workload.checkpoints ?? {};
  return [
    {
      ...draft(input, current, wanted),
      basis: 'measured',
      why: `${formatRatio(requestedRatio)} of ${formatCount(requestedCount + timedCount)} checkpoints began because ${formatBytes(current)} of WAL were full; ${formatBytes(most)} a second at the busiest want ${settingBytes(wanted)} for ${formatDuration(timeoutMs)}`,
      evidence: {
        maxWalSizeBytes: current,
        requestedCount,
        timedCount,
        requestedRatio,
        walBytesPerSecond: meanPerSecond,
        mostWalBytesPerSecond: wal.mostBytesPerSecond,
        checkpointTimeoutMs: timeoutMs,
      },
      source: SOURCE,
      effect: {
        metric: 'requestedCheckpointsRatio',
        before: requestedRatio,
        after: 0,
        unit: 'ratio',
        method: 'the WAL of checkpoint_timeout at the busiest fits',
      },
      remedies: ['diagnose/checkpoint-pressure'],
    },
  ];
}

function mostWal({ machine, values }: TuneInput): number {
  const ofDisk = machine.diskBytes === null ? Number.POSITIVE_INFINITY : machine.diskBytes * DISK_RATIO;
  return Math.min(values.maximumWalBytes, ofDisk);
}

function draft(
  input: TuneInput,
  current: number,
  wanted: number,
): Pick<Extract<Outcome, { kind: 'setting' }>, 'kind' | 'name' | 'value' | 'number' | 'risk' | 'addsBytes'> {
  const disk = input.machine.diskBytes === null ? '; how large the disk is is not known' : '';
  return {
    kind: 'setting',
    name: 'max_wal_size',
    value: settingBytes(wanted),
    number: wanted,
    addsBytes: wanted - current,
    risk: { level: 'low', why: `the WAL may take that much disk, and recovery after a crash longer${disk}` },
  };
}

function byFormula(input: TuneInput, current: number): readonly Outcome[] {
  const wanted = Math.min(FORMULA_MAX_WAL_BYTES, mostWal(input));
  if (wanted <= current) return [];
  return [
    {
      ...draft(input, current, wanted),
      basis: 'formula',
      why: `${tooLittle(input)}; this is where to begin`,
      evidence: { maxWalSizeBytes: current },
      source: FORMULA_SOURCE,
      effect: {
        metric: 'maxWalSizeBytes',
        before: current,
        after: wanted,
        unit: 'bytes',
        method: 'by definition; no checkpoints were counted yet',
      },
    },
  ];
}

import { formatBytes, formatRatio, settingBytes } from '../../../../kernel/index.ts';
import { FORMULA_SOURCE, formulaSharedBuffers, tooLittle } from '../../formulas.ts';
import type { Basis, Outcome, TuneInput, TuneRule } from '../../types.ts';

const SOURCE = 'PostgreSQL docs 19.4.1 "Memory": 25 % of the memory is a reasonable starting value';
/** A value is left alone that lies so near to the wanted one. */
const NEAR = 0.8;
/** Share of the buffers that may be empty before they count as not full. */
const UNUSED_RATIO = 0.1;
/** What PostgreSQL starts with on any machine. */
const DEFAULT_BYTES = 128 * 1024 ** 2;

/** Raises shared_buffers where too many blocks are not found there. */
export const sharedBuffers: TuneRule = {
  id: 'tune/shared-buffers',
  run: (input) => {
    const current = input.number('shared_buffers');
    const { blocks } = input.workload;
    if (current === null) return [];
    const readCount = blocks?.readCount ?? 0;
    const hitRatio = blocks === null ? null : blocks.hitCount / Math.max(1, blocks.hitCount + readCount);
    const isShort =
      hitRatio !== null && hitRatio < input.values.hitRatio && readCount >= input.values.missedBlocks;
    const isFresh = input.isNew && current <= DEFAULT_BYTES;
    if ((!isShort && !isFresh) || haveRoom(input, current)) return [];
    const { memoryBytes } = input.machine;
    if (memoryBytes === null) return isShort ? [unknownMemory(hitRatio)] : [];
    const wanted = Math.min(formulaSharedBuffers(memoryBytes), input.affordable('shared_buffers') ?? 0);
    if (current >= wanted * NEAR) return [];
    return [draft(input, { current, wanted, hitRatio, basis: isShort ? 'measured' : 'formula' })];
  },
};

/** Share of the buffers that hold nothing; null without pg_buffercache. */
function unusedRatioOf({ snapshot }: TuneInput): number | null {
  const { bufferCache } = snapshot.sections;
  if (bufferCache.status !== 'ok') return null;
  const { usedCount, unusedCount } = bufferCache.data;
  return unusedCount / Math.max(1, usedCount + unusedCount);
}

/** More of what is not full holds nothing more, and a database that lies in the buffers whole gains nothing. */
function haveRoom(input: TuneInput, current: number): boolean {
  const { database } = input.snapshot.sections;
  const sizeBytes = database.status === 'ok' ? database.data.sizeBytes : null;
  return (unusedRatioOf(input) ?? 0) > UNUSED_RATIO || (sizeBytes !== null && sizeBytes <= current / 2);
}

function unknownMemory(hitRatio: number): Outcome {
  return {
    kind: 'gap',
    reason: `${formatRatio(1 - hitRatio)} of the blocks are not found in shared buffers, and how much memory the machine has is not known`,
    remedy: 'say so: --memory 16GB, or target.memory-bytes',
  };
}

interface Wanted {
  readonly current: number;
  readonly wanted: number;
  readonly hitRatio: number | null;
  readonly basis: Basis;
}

function draft(input: TuneInput, { current, wanted, hitRatio, basis }: Wanted): Outcome {
  const value = settingBytes(wanted);
  const memory = formatBytes(input.machine.memoryBytes ?? 0);
  const why =
    basis === 'measured' && hitRatio !== null
      ? `${formatRatio(1 - hitRatio)} of the blocks were not found in ${formatBytes(current)} of buffers; a quarter of ${memory} holds more of them`
      : `${tooLittle(input)}; a quarter of ${memory} is where to begin`;
  return {
    kind: 'setting',
    name: 'shared_buffers',
    value,
    number: wanted,
    basis,
    why,
    evidence: {
      sharedBuffersBytes: current,
      hitRatio,
      unusedBuffersRatio: unusedRatioOf(input),
      missedBlocksCount: input.workload.blocks?.readCount ?? null,
      memoryBytes: input.machine.memoryBytes,
    },
    source: basis === 'measured' ? SOURCE : FORMULA_SOURCE,
    effect: {
      metric: 'hitRatio',
      before: hitRatio,
      after: null,
      unit: 'ratio',
      method: 'it rises; by how much depends on what is read again, and is measured afterwards',
    },
    risk: { level: 'medium', why: 'the page cache and the sessions get less of the memory' },
    remedies: ['diagnose/buffer-hit-ratio'],
  };
}

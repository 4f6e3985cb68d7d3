import { formatBytes } from '../../../../kernel/index.ts';
import { bytesPerHour, spilledBytes, spillsOf } from '../../spills.ts';
import type { TuneRule } from '../../types.ts';

/** PostgreSQL's default since version 15. */
const WANTED = 2;

/** Gives hashes more than sorts where temporary files are written: PostgreSQL 14 gives both the same, although they need more. */
export const hashMemory: TuneRule = {
  id: 'tune/hash-memory',
  run: (input) => {
    const current = input.number('hash_mem_multiplier');
    const bytes = spilledBytes(spillsOf(input));
    const room = input.affordable('hash_mem_multiplier') ?? 0;
    if (current === null || current >= WANTED || bytes < input.values.spillBytes || room < WANTED) return [];
    return [
      {
        kind: 'setting',
        name: 'hash_mem_multiplier',
        value: String(WANTED),
        number: WANTED,
        basis: 'formula',
        why: `${formatBytes(bytes)} went to temporary files, and hashes get only ${current} times work_mem; which of the two wrote them is not counted`,
        evidence: { hashMemMultiplier: current, temporaryBytes: bytes },
        source: "PostgreSQL's default since version 15",
        effect: {
          metric: 'temporaryBytesPerHour',
          before: bytesPerHour(input, bytes),
          after: null,
          unit: 'bytes',
          method: 'not known beforehand',
        },
        risk: { level: 'medium', why: 'each hash of each session may take it; the worst case was counted' },
      },
    ];
  },
};

import { formatBytes, formatCount, settingBytes } from '../../../../kernel/index.ts';
import type { TuneRule } from '../../types.ts';

const MB = 1024 ** 2;
const LEAST_BYTES = 16 * MB;
const MOST_BYTES = 128 * MB;

/** Raises wal_buffers where sessions have to write WAL out for want of them. */
export const walBuffers: TuneRule = {
  id: 'tune/wal-buffers',
  run: (input) => {
    const { wal } = input.workload;
    const current = input.number('wal_buffers');
    if (wal === null || wal.observedMs <= 0 || current === null || current < 0) return [];
    const perSecond = wal.buffersFullCount / (wal.observedMs / 1_000);
    const wanted = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, 2 * current));
    if (perSecond < input.values.buffersFullPerSecond || wanted <= current) return [];
    return [
      {
        kind: 'setting',
        name: 'wal_buffers',
        value: settingBytes(wanted),
        number: wanted,
        basis: 'measured',
        why: `${formatCount(perSecond)} times a second a session had to write WAL out because ${formatBytes(current)} of buffers were full`,
        evidence: {
          walBuffersBytes: current,
          buffersFullCount: wal.buffersFullCount,
          buffersFullPerSecond: perSecond,
        },
        source: 'PostgreSQL docs 28.5 "WAL Configuration", 27.2.16 "pg_stat_wal": wal_buffers_full',
        effect: {
          metric: 'buffersFullPerSecond',
          before: perSecond,
          after: 0,
          unit: 'perSecond',
          method: 'the buffers hold twice as much between two writes; measured afterwards',
        },
        risk: { level: 'low', why: 'a little shared memory' },
      },
    ];
  },
};

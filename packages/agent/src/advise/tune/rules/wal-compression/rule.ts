import { formatBytes, formatRatio } from '../../../../kernel/index.ts';
import type { TuneRule } from '../../types.ts';
import { walLoad } from '../../wal-load.ts';

const NAME = 'wal_compression';
/** lz4 costs least, and not every build has it; PostgreSQL 14 knows no names. */
const METHODS = ['lz4', 'pglz'];

/** Compresses full page images where much of the WAL are such. */
export const walCompression: TuneRule = {
  id: 'tune/wal-compression',
  run: (input) => {
    const setting = input.setting(NAME);
    const load = walLoad(input.workload);
    if (setting?.value !== 'off' || load === null) return [];
    const { bytes, fullPageRatio, bytesPerSecond } = load;
    if (bytes < input.values.walBytes || fullPageRatio < input.values.compressibleRatio) return [];
    return [
      {
        kind: 'setting',
        name: NAME,
        value: METHODS.find((method) => setting.choices?.includes(method)) ?? 'on',
        number: null,
        basis: 'measured',
        why: `up to ${formatRatio(fullPageRatio)} of ${formatBytes(bytes)} of WAL are full page images, which compress`,
        evidence: { walBytes: bytes, walBytesPerSecond: bytesPerSecond, fullPageRatio },
        source: 'PostgreSQL docs 19.5.1 "Write Ahead Log Settings": wal_compression',
        effect: {
          metric: 'walBytesPerSecond',
          before: bytesPerSecond,
          after: bytesPerSecond * (1 - fullPageRatio / 2),
          unit: 'bytesPerSecond',
          method: 'images of half the size; what they hold decides',
        },
        risk: {
          level: 'low',
          why: 'sessions that write spend processor time on it, a little with lz4, more with pglz',
        },
      },
    ];
  },
};

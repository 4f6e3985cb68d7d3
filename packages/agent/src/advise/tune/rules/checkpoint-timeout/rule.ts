import { formatBytes, formatDuration, formatRatio } from '../../../../kernel/index.ts';
import type { TuneRule } from '../../types.ts';
import { walLoad } from '../../wal-load.ts';

const SOURCE = 'PostgreSQL docs 28.5 "WAL Configuration": checkpoint_timeout and full_page_writes';
const WANTED_MS = 15 * 60_000;

/** Sets checkpoints further apart where much of the WAL are full page images. */
export const checkpointTimeout: TuneRule = {
  id: 'tune/checkpoint-timeout',
  run: (input) => {
    const load = walLoad(input.workload);
    const current = input.number('checkpoint_timeout');
    if (load === null || current === null) return [];
    const { fullPageRatio, bytesPerSecond: perSecond } = load;
    const isHeavy =
      perSecond >= input.values.walBytesPerSecond && fullPageRatio >= input.values.fullPageRatio;
    if (!isHeavy || current >= WANTED_MS) return [];
    return [
      {
        kind: 'setting',
        name: 'checkpoint_timeout',
        value: '15min',
        number: WANTED_MS,
        basis: 'measured',
        why: `up to ${formatRatio(fullPageRatio)} of ${formatBytes(perSecond)} of WAL a second are full page images, which each checkpoint begins anew every ${formatDuration(current)}`,
        evidence: {
          checkpointTimeoutMs: current,
          walBytesPerSecond: perSecond,
          fullPageRatio,
        },
        source: SOURCE,
        effect: {
          metric: 'walBytesPerSecond',
          before: perSecond,
          after: perSecond * (1 - fullPageRatio * (1 - current / WANTED_MS)),
          unit: 'bytesPerSecond',
          method: 'at best: as many images as there are checkpoints, if each changes the same pages',
        },
        risk: { level: 'low', why: 'recovery after a crash replays up to 15 minutes of WAL' },
      },
    ];
  },
};

import { formatBytes, settingBytes } from '../../../../kernel/index.ts';
import { FORMULA_SOURCE, formulaEffectiveCacheSize } from '../../formulas.ts';
import type { TuneRule } from '../../types.ts';

/** Tells the planner how much cache there is, where it believes in much less or more. */
export const effectiveCacheSize: TuneRule = {
  id: 'tune/effective-cache-size',
  run: (input) => {
    const current = input.number('effective_cache_size');
    const { memoryBytes } = input.machine;
    if (current === null) return [];
    const isReviewed = input.findings.some(({ subject }) => subject.name === 'effective_cache_size');
    if (memoryBytes === null) {
      if (!isReviewed) return [];
      const reason =
        'how large the page cache is cannot be measured from a connection, and the memory is not known';
      return [{ kind: 'gap', reason, remedy: 'say so: --memory 16GB, or target.memory-bytes' }];
    }
    const wanted = formulaEffectiveCacheSize(memoryBytes);
    if (current >= memoryBytes / 2 && current <= memoryBytes) return [];
    return [
      {
        kind: 'setting',
        name: 'effective_cache_size',
        value: settingBytes(wanted),
        number: wanted,
        basis: 'formula',
        why: `the planner believes in ${formatBytes(current)} of cache on a machine with ${formatBytes(memoryBytes)}; how large the page cache is cannot be measured from a connection`,
        evidence: { effectiveCacheSizeBytes: current, memoryBytes },
        source: FORMULA_SOURCE,
        effect: {
          metric: 'effectiveCacheSizeBytes',
          before: current,
          after: wanted,
          unit: 'bytes',
          method: 'index scans that read a page again get cheaper in plans; nothing is allocated',
        },
        risk: { level: 'low', why: 'plans may change' },
      },
    ];
  },
};

import { formatBytes, settingBytes } from '../../../../kernel/index.ts';
import { FORMULA_SOURCE, formulaMaintenanceWorkMem, isUntouched } from '../../formulas.ts';
import type { TuneRule } from '../../types.ts';

/** Before version 17 a vacuum could not use more. */
const MOST_BYTES = 1024 ** 3;

/** Raises maintenance_work_mem where the review of the settings finds it small for the database. */
export const maintenanceWorkMem: TuneRule = {
  id: 'tune/maintenance-work-mem',
  run: (input) => {
    const current = input.number('maintenance_work_mem');
    const isSmall = input.findings.some(({ subject }) => subject.name === 'maintenance_work_mem');
    const isFresh = input.isNew && isUntouched(input, 'maintenance_work_mem');
    const { memoryBytes } = input.machine;
    if (current === null || memoryBytes === null || !(isSmall || isFresh)) return [];
    const room = input.affordable('maintenance_work_mem') ?? 0;
    const wanted = Math.min(formulaMaintenanceWorkMem(memoryBytes), MOST_BYTES, room);
    if (wanted < 2 * current) return [];
    return [
      {
        kind: 'setting',
        name: 'maintenance_work_mem',
        value: settingBytes(wanted),
        number: wanted,
        basis: 'formula',
        why: `index builds and vacuums have ${formatBytes(current)}; a sixteenth of the memory spares them passes over the data`,
        evidence: { maintenanceWorkMemBytes: current, memoryBytes },
        source: FORMULA_SOURCE,
        effect: {
          metric: 'maintenanceWorkMemBytes',
          before: current,
          after: wanted,
          unit: 'bytes',
          method: 'by definition; how long builds and vacuums take is not counted by PostgreSQL',
        },
        risk: { level: 'low', why: 'each autovacuum worker may take as much; that was counted' },
      },
    ];
  },
};

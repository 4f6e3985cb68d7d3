import { extendedStatisticsSql } from '../../../diagnose/index.ts';
import { displayIdentifier, displayName } from '../../../kernel/index.ts';
import type { Advisor } from '../../types.ts';

/** Gives columns that depend on each other statistics of their own. */
export const createStatistics: Advisor = {
  id: 'advise/create-statistics',
  remedies: ['diagnose/missing-extended-statistics'],
  advise: ({ subject, evidence }) => {
    const { columns, misestimateCount } = evidence;
    if (typeof columns !== 'object' || columns === null) return null;
    const sql = extendedStatisticsSql({ schema: subject.schema, table: subject.name, columns });
    const table = displayName(subject.schema, subject.name);
    const names = columns.map(displayIdentifier).join(', ');
    return {
      id: `create-statistics/${table}(${names})`,
      kind: 'create-statistics',
      title: `Statistics on ${names} of ${table} together`,
      do: [`${sql.create};`, `${sql.analyze};`],
      undo: [`${sql.drop};`],
      effect: {
        metric: 'misestimateFactor',
        before: typeof misestimateCount === 'number' ? misestimateCount : null,
        after: null,
        unit: 'factor',
        method: 'measured before; the planner then knows how often values of these columns meet',
      },
      risk: {
        level: 'low',
        why: 'a few kilobytes, somewhat longer analyze and planning; blocks no reader and no writer',
      },
    };
  },
};

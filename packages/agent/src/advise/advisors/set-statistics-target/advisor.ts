import { displayIdentifier, displayName, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { Advisor } from '../../types.ts';

/** What ALTER COLUMN takes for "as default_statistics_target says". */
const DEFAULT_TARGET = -1;
const MAXIMUM_TARGET = 10_000;

/** Lengthens the list of most common values of a column that measured plans misestimate. */
export const setStatisticsTarget: Advisor = {
  id: 'advise/set-statistics-target',
  remedies: ['diagnose/low-statistics-target'],
  advise: ({ subject, evidence }, { sections: { columns } }) => {
    const { misestimateCount, statisticsTargetCount } = evidence;
    const column =
      columns.status === 'ok'
        ? columns.data.columns.find(
            (one) =>
              one.schema === subject.schema && one.tableName === subject.name && one.name === subject.column,
          )
        : undefined;
    // A list that only may be too short is for a person to judge.
    if (typeof misestimateCount !== 'number' || typeof statisticsTargetCount !== 'number') return null;
    if (column === undefined) return null;
    const table = quoteQualified(column.schema, column.tableName);
    const name = quoteIdentifier(column.name);
    const shown = `${displayName(column.schema, column.tableName)}.${displayIdentifier(column.name)}`;
    const set = (target: number): string =>
      `alter table ${table} alter column ${name} set statistics ${target};`;
    const analyze = `analyze ${table} (${name});`;
    const target = Math.min(MAXIMUM_TARGET, statisticsTargetCount * 10);
    return {
      id: `set-statistics-target/${shown}`,
      kind: 'set-statistics-target',
      title: `Keep the ${target} most common values of ${shown}`,
      do: [set(target), analyze],
      undo: [set(column.statisticsTarget ?? DEFAULT_TARGET), analyze],
      effect: {
        metric: 'misestimateFactor',
        before: misestimateCount,
        after: null,
        unit: 'factor',
        method: 'measured before; the planner then knows the frequency of ten times as many values',
      },
      risk: { level: 'low', why: 'analyze reads a larger sample, planning compares a longer list' },
    };
  },
};

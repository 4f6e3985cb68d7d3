import { displayName, quoteQualified } from '../../../kernel/index.ts';
import { tableOf } from '../../subjects.ts';
import type { Advisor } from '../../types.ts';

/** Gathers statistics that are missing or stale. */
export const analyze: Advisor = {
  id: 'advise/analyze',
  remedies: ['diagnose/stale-statistics'],
  advise: (finding, snapshot) => {
    const table = tableOf(snapshot, finding.subject);
    if (table === null) return null;
    const name = displayName(table.schema, table.name);
    return {
      id: `analyze/${name}`,
      kind: 'analyze',
      title: `Analyze ${name}`,
      do: [`analyze ${quoteQualified(table.schema, table.name)};`],
      undo: [],
      effect: {
        metric: 'modifiedRowsSinceAnalyze',
        before: table.modifiedSinceAnalyze,
        after: 0,
        unit: 'rows',
        method: 'by definition',
      },
      risk: { level: 'low', why: 'reads a sample; plans change, nearly always for the better' },
    };
  },
};

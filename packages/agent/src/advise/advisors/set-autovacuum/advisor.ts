import { displayName, quoteQualified } from '../../../kernel/index.ts';
import { tableOf } from '../../subjects.ts';
import { optionStatements, optionsOf, type TableOptions } from '../../table-options.ts';
import type { Advisor } from '../../types.ts';

/** Share of a table's rows that may be dead before autovacuum comes, for tables that it comes to too late. */
const SCALE_FACTOR = '0.05';

/** Makes autovacuum come earlier to one table, or at all, and vacuums it once. */
export const setAutovacuum: Advisor = {
  id: 'advise/set-autovacuum',
  remedies: ['diagnose/vacuum-overdue'],
  advise: (finding, snapshot) => {
    const table = tableOf(snapshot, finding.subject);
    if (table === null || table.kind !== 'table') return null;
    const target = quoteQualified(table.schema, table.name);
    const name = displayName(table.schema, table.name);
    const statements = optionStatements(table, changedOptions(optionsOf(table)));
    return {
      id: `set-autovacuum/${name}`,
      kind: 'set-autovacuum',
      title: `Let autovacuum come to ${name} in time, and vacuum it now`,
      do: [statements.do, `vacuum (analyze) ${target};`],
      undo: statements.undo,
      effect: {
        metric: 'deadRows',
        before: table.deadRows,
        after: 0,
        unit: 'rows',
        method: 'vacuum removes dead rows that no snapshot needs any more',
      },
      risk: { level: 'low', why: 'vacuum reads the table and its indexes once, beside reads and writes' },
    };
  },
};

function changedOptions(options: ReadonlyMap<string, string>): TableOptions {
  const factor = ['autovacuum_vacuum_scale_factor', SCALE_FACTOR] as const;
  return options.get('autovacuum_enabled') === 'false' || options.get('autovacuum_enabled') === 'off'
    ? [['autovacuum_enabled', 'true'] as const, factor]
    : [factor];
}

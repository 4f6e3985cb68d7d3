import { displayName, quoteIdentifier, quoteLiteral, quoteQualified } from '../../../kernel/index.ts';
import type { Advisor } from '../../types.ts';

/** Moves a sequence past the largest value of its column. */
export const setSequence: Advisor = {
  id: 'advise/set-sequence',
  remedies: ['diagnose/sequence-behind'],
  advise: (finding, snapshot) => {
    const { sequences } = snapshot.sections;
    const { subject } = finding;
    if (subject.kind !== 'sequence' || sequences.status !== 'ok') return null;
    const sequence = sequences.data.find((row) => row.schema === subject.schema && row.name === subject.name);
    if (sequence === undefined || sequence.increment < 0) return null;
    const { columnMaximum, nextValue, tableSchema, tableName, columnName } = sequence;
    if (columnMaximum === null || nextValue === null) return null;
    if (tableSchema === null || tableName === null || columnName === null) return null;
    const literal = quoteLiteral(quoteQualified(sequence.schema, sequence.name));
    const name = displayName(sequence.schema, sequence.name);
    const maximum = `select max(${quoteIdentifier(columnName)}) from ${quoteQualified(tableSchema, tableName)}`;
    return {
      id: `set-sequence/${name}`,
      kind: 'set-sequence',
      title: `Move ${name} past the values that its column holds`,
      do: [`select pg_catalog.setval(${literal}, (${maximum}));`],
      undo: [`select pg_catalog.setval(${literal}, ${nextValue}, false);`],
      effect: {
        metric: 'nextValue',
        before: nextValue,
        after: columnMaximum + sequence.increment,
        unit: 'count',
        method: 'largest value of the column when it was read',
      },
      risk: { level: 'low', why: 'rows that are inserted with given values meanwhile need it once more' },
    };
  },
};

import { displayName, quoteLiteral, quoteQualified } from '../../../kernel/index.ts';
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
    const { columnMaximum, lastValue } = sequence ?? {};
    if (sequence === undefined || columnMaximum == null || lastValue == null || sequence.increment < 0) {
      return null;
    }
    const literal = quoteLiteral(quoteQualified(sequence.schema, sequence.name));
    const name = displayName(sequence.schema, sequence.name);
    return {
      id: `set-sequence/${name}`,
      kind: 'set-sequence',
      title: `Move ${name} past the values that its column holds`,
      do: [`select pg_catalog.setval(${literal}, ${columnMaximum});`],
      undo: [`select pg_catalog.setval(${literal}, ${lastValue});`],
      effect: {
        metric: 'lastValue',
        before: lastValue,
        after: columnMaximum,
        unit: 'count',
        method: 'largest value of the column when it was read',
      },
      risk: { level: 'low', why: 'rows that are inserted with given values meanwhile need it once more' },
    };
  },
};

import { displayName, quoteQualified } from '../../../kernel/index.ts';
import { indexOf } from '../../subjects.ts';
import type { Advisor } from '../../types.ts';

/** Rebuilds an index that is invalid but needed, or bloated. */
export const reindex: Advisor = {
  id: 'advise/reindex',
  remedies: ['diagnose/invalid-index', 'diagnose/bloated-index'],
  advise: (finding, snapshot) => {
    const index = indexOf(snapshot, finding.subject);
    if (index === null || index.isPartitioned || index.isExclusion) return null;
    const { case: invalidCase, expectedBytes } = finding.evidence;
    if (finding.id === 'diagnose/invalid-index' && invalidCase !== 'plain' && invalidCase !== 'unique') {
      return null;
    }
    const name = displayName(index.schema, index.name);
    return {
      id: `reindex/${name}`,
      kind: 'reindex',
      title: `Rebuild ${name}`,
      do: [`reindex index concurrently ${quoteQualified(index.schema, index.name)};`],
      undo: [],
      effect: {
        metric: 'indexBytes',
        before: index.sizeBytes,
        after: typeof expectedBytes === 'number' ? expectedBytes : null,
        unit: 'bytes',
        method:
          finding.id === 'diagnose/bloated-index'
            ? 'estimated from entry count and key width'
            : 'not predicted: the index becomes usable',
      },
      risk: {
        level: invalidCase === 'unique' ? 'medium' : 'low',
        why:
          invalidCase === 'unique'
            ? 'fails, leaving a second invalid index, while rows break the uniqueness'
            : 'needs the space of a second copy while it runs, and waits for older transactions',
      },
    };
  },
};

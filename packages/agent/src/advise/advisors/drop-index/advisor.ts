import type { Finding } from '../../../diagnose/index.ts';
import { displayName, quoteQualified } from '../../../kernel/index.ts';
import type { IndexFacts } from '../../../observe/index.ts';
import { concurrently, everywhere, indexOf } from '../../subjects.ts';
import type { Advisor, Risk } from '../../types.ts';

/** Drops an index that another one replaces, that nobody reads, or that an interrupted build left behind. */
export const dropIndex: Advisor = {
  id: 'advise/drop-index',
  remedies: [
    'diagnose/duplicate-index',
    'diagnose/redundant-index',
    'diagnose/unused-index',
    'diagnose/invalid-index',
  ],
  advise: (finding, snapshot) => {
    const index = indexOf(snapshot, finding.subject);
    if (index === null || index.definition === null || !isDroppable(index)) return null;
    if (finding.id === 'diagnose/invalid-index' && !isUseless(finding, index)) return null;
    const name = quoteQualified(index.schema, index.name);
    // An index of a partitioned table cannot be dropped or built concurrently as a whole.
    const drop = index.isPartitioned ? `drop index ${name};` : `drop index concurrently ${name};`;
    const rebuild = index.isPartitioned ? everywhere(index.definition) : concurrently(index.definition);
    return {
      id: `drop-index/${displayName(index.schema, index.name)}`,
      kind: 'drop-index',
      title: `Drop ${displayName(index.schema, index.name)}`,
      do: [drop],
      // An invalid index was of no use to anybody: there is nothing to take back.
      undo: index.isValid ? [rebuild] : [],
      effect: {
        metric: 'indexBytes',
        before: index.sizeBytes,
        after: 0,
        unit: 'bytes',
        method: 'measured size of the index',
      },
      risk: riskOf(finding, index),
    };
  },
};

/**
 * An invalid index is useless when something else does its work, or when it is unique and its build never got so
 * far that writes keep it up: it promises nothing, and rows that break it keep it from being rebuilt.
 */
function isUseless(finding: Finding, index: IndexFacts): boolean {
  const { case: invalidCase } = finding.evidence;
  if (invalidCase === 'unique') return !index.isReady;
  return invalidCase === 'leftover' || invalidCase === 'duplicate';
}

/** Constraints, referenced keys and replica identities live on their index; a child goes with its parent. */
function isDroppable(index: IndexFacts): boolean {
  return (
    index.constraintName === null &&
    !index.isReferenced &&
    !index.isReplicaIdentity &&
    index.parentOid === null
  );
}

function riskOf(finding: Finding, index: IndexFacts): Risk {
  if (index.isPartitioned) {
    return { level: 'medium', why: 'takes an ACCESS EXCLUSIVE lock on every partition for a moment' };
  }
  switch (finding.id) {
    case 'diagnose/unused-index':
      return {
        level: 'medium',
        why: 'a replica or a rare job may read it; building it again takes time and I/O',
      };
    case 'diagnose/redundant-index':
      return { level: 'low', why: 'the longer index answers the same searches with slightly larger entries' };
    case 'diagnose/invalid-index':
      return { level: 'low', why: 'no query can read it as it is' };
    default:
      return { level: 'low', why: 'nothing can use it that does not have the other index' };
  }
}

import { describe, expect, it } from 'vitest';
import { ownBuffers } from './own-buffers.ts';
import { readPlan } from './read-plan.ts';

const node = (type: string, hit: number, below: readonly object[] = []) => ({
  'Node Type': type,
  'Shared Hit Blocks': hit,
  'Temp Written Blocks': hit * 2,
  Plans: below,
});

describe('the blocks of a node', () => {
  it('are what those below it leave, and never less than none', () => {
    const { root } = readPlan({
      Plan: node('Hash Join', 10, [node('Seq Scan', 4), node('Hash', 3, [node('Seq Scan', 5)])]),
    });
    expect(ownBuffers(root)).toMatchObject({ sharedHit: 3, tempWritten: 6, sharedRead: 0 });
    const hash = root.children[1];
    expect(hash === undefined ? null : ownBuffers(hash)).toMatchObject({ sharedHit: 0 });
  });

  it('are not known where they were not counted', () => {
    expect(ownBuffers(readPlan({ Plan: { 'Node Type': 'Result' } }).root)).toBeNull();
  });
});
